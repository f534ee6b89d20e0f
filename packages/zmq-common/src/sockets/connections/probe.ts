import { connect, type NetConnectOpts, type Socket } from "node:net";

/** What answers at an endpoint. */
export interface Peer {
  /** `older`: ZMTP 1 or 2, of ZeroMQ before 4.0; `none`: not ZeroMQ's protocol. */
  protocol: "ZMTP 3" | "older" | "none";
  /** The name of its socket type, `REP`. A peer that asks for a key does not tell. */
  socketType?: string | undefined;
}

/** How long a peer may take to answer, in milliseconds. */
const PATIENCE = 1000;

/** The greeting of a ZMTP 3.0 peer without a key: signature, version, mechanism, and zeros. */
const GREETING = Buffer.alloc(64);
GREETING.write("ff00000000000000017f0300", "hex");
GREETING.write("NULL", 12);

/** The length of signature and version, which peers of every version read first. */
const HEAD = 11;

/** More than a peer says before it hears more. */
const MAX_BYTES = 4096;

/**
 * Opens a connection without ZeroMQ. It does not keep the process alive.
 *
 * @throws The system's error, with its `code`: `ECONNREFUSED`, `ENETUNREACH`; `ETIMEDOUT` after a second.
 */
export function openConnection(options: NetConnectOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...options, timeout: PATIENCE }).unref();
    socket.once("connect", () => resolve(socket));
    const timedOut = Object.assign(new Error("the connection timed out"), { code: "ETIMEDOUT" });
    socket.once("timeout", () => socket.destroy(timedOut));
    // Once it is open, its reader sees the error
    socket.on("error", reject);
  });
}

/**
 * Asks a peer what it is, for the log: of a failed handshake libzmq says no more than that it failed. The peer is
 * greeted, but no handshake is completed: it does not count this as a peer, and sends no message here.
 *
 * @returns Nothing where none answers.
 */
export async function probePeer(options: NetConnectOpts): Promise<Peer | undefined> {
  let received = Buffer.alloc(0);
  let peer: Peer | undefined;
  try {
    const socket = await openConnection(options);
    socket.write(GREETING.subarray(0, HEAD));
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const known = peer;
      received = Buffer.concat([received, chunk]);
      peer = readGreeting(received);
      if (peer === undefined) continue;
      if (peer.protocol !== "ZMTP 3" || peer.socketType !== undefined || received.length > MAX_BYTES) break;
      if (known === undefined) socket.write(GREETING.subarray(HEAD));
    }
  } catch {
    // What it has said until then counts
  }
  return peer;
}

/** What a peer has said so far; nothing while it takes more to tell. */
function readGreeting(bytes: Buffer): Peer | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  // ZMTP 1.0 begins with the identity: its length, then flags, which are 0
  if (first !== 0xff) return { protocol: first > 0 && second === 0 ? "older" : "none" };
  if (bytes.length < HEAD) return undefined;
  const hasVersion = ((bytes[9] as number) & 1) === 1;
  if (!hasVersion || (bytes[10] as number) < 3) return { protocol: "older" };
  return { protocol: "ZMTP 3", socketType: readSocketType(bytes.subarray(GREETING.length)) };
}

/** The property of the READY command: its name, the length of its value in four bytes, its value. */
function readSocketType(bytes: Buffer): string | undefined {
  const name = "Socket-Type";
  const at = bytes.indexOf(name);
  const value = bytes.subarray(at + name.length + 4);
  const length = at === -1 ? undefined : bytes[at + name.length + 3];
  return length === undefined || value.length < length ? undefined : value.toString("latin1", 0, length);
}
