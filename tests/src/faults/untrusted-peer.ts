/** Connections that speak other protocols than ZMTP 3, or none. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

const frame = (flags: number, body: string | Buffer) =>
  Buffer.concat([Buffer.from([flags, body.length]), Buffer.from(body)]);

/** The first ten bytes of ZMTP 2.0 and later. */
const SIGNATURE = Buffer.from("ff00000000000000017f", "hex");

/** What untrusted peers send once they are connected. */
const SENT: Record<string, () => Buffer> = {
  "random bytes": () => randomBytes(1 + Math.floor(Math.random() * 200)),
  "an HTTP request": () => Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"),
  "a TLS hello": () => Buffer.concat([Buffer.from("1603010200010001fc0303", "hex"), randomBytes(508)]),
  // An empty identity, then a message for REP, for PULL, and for PUB at once
  "ZMTP 1.0": () => Buffer.from("01000101060048656c6c6f020001", "hex"),
  // Revision 1, every socket type in turn, an empty identity, and messages
  "ZMTP 2.0": () =>
    Buffer.concat([
      SIGNATURE,
      Buffer.from([1, Math.floor(Math.random() * 9)]),
      frame(0, ""),
      frame(1, ""),
      frame(0, "Hello"),
      frame(0, "\x01"),
    ]),
  "the beginning of ZMTP 3.0": () => Buffer.concat([SIGNATURE, Buffer.from([3])]),
  "ZMTP 3.0 without its handshake": () =>
    Buffer.concat([SIGNATURE, Buffer.from([3, 0]), Buffer.from("NULL"), Buffer.alloc(48), frame(0, "Hello")]),
  nothing: () => Buffer.alloc(0),
};

/** A peer that connects, sends something, and then waits for the server to close the connection. */
class UntrustedPeer {
  readonly #socket: Socket;
  /** Once it is connected, or was refused. */
  readonly connected: Promise<void>;
  /** How long it stayed connected, in milliseconds. */
  readonly lasted: Promise<number>;

  constructor(endpoint: string, sent: Buffer) {
    const since = performance.now();
    this.#socket = connect(Number(endpoint.split(":").at(-1)), "127.0.0.1");
    // A connection that is reset is closed as well
    this.#socket.on("error", () => {});
    this.#socket.resume();
    this.#socket.write(sent);
    this.connected = new Promise((resolve) => {
      this.#socket.on("connect", resolve).on("close", () => resolve());
    });
    this.lasted = new Promise((resolve) => {
      this.#socket.on("close", () => resolve(performance.now() - since));
    });
  }

  leave(): void {
    this.#socket.destroy();
  }
}

/** How many connect at the same time: a server has room for a hundred (ZMQ_BACKLOG). */
const AT_ONCE = 50;

/** Connects a number of untrusted peers, of every kind. */
export async function connectUntrusted(
  endpoint: string,
  number: number,
  kinds = Object.keys(SENT),
): Promise<UntrustedPeer[]> {
  const peers: UntrustedPeer[] = [];
  while (peers.length < number) {
    const group = Array.from({ length: Math.min(AT_ONCE, number - peers.length) }, (_, n) => {
      const sent = SENT[kinds[(peers.length + n) % kinds.length] ?? ""];
      return new UntrustedPeer(endpoint, sent?.() ?? Buffer.alloc(0));
    });
    await Promise.all(group.map((peer) => peer.connected));
    peers.push(...group);
  }
  return peers;
}
