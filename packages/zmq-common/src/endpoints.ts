import { capability, Pull, Push, type Socket } from "zeromq";
import type { Keys } from "./certificates.js";
import { removeWithSocket } from "./closing.js";
import { eventsOf } from "./events.js";
import type { Logger } from "./log.js";
import { isPowerOfTen } from "./malformed.js";
import { Peers } from "./peers.js";
import { sClock } from "./zhelpers.js";

const IPC = "ipc://";

/** An endpoint that is none, or that a socket could not bind or connect to. */
export class EndpointError extends Error {
  override name = "EndpointError";
  /** The endpoint, as it was given. */
  readonly endpoint: string;
  constructor(message: string, endpoint: string, options?: ErrorOptions) {
    super(message, options);
    this.endpoint = endpoint;
  }
}

/**
 * Checks the form of an endpoint before libzmq sees it, for libzmq takes `tcp://*:70000` and `tcp://*:5x`
 * and binds ports 4464 and 5.
 *
 * @returns The endpoint.
 * @throws {EndpointError} Saying what was expected.
 */
export function checkEndpoint(endpoint: string): string {
  const [, transport, address = ""] = /^([a-z]+):\/\/(.+)$/.exec(endpoint) ?? [];
  switch (transport) {
    case "tcp": {
      const [, port] = /^(?:[^\s:;/]+|\[[^\s\]]+\]):(\d{1,5}|\*)$/.exec(address) ?? [];
      if (port !== undefined && (port === "*" || Number(port) <= 65_535)) return endpoint;
      break;
    }
    case "ipc":
      if (!capability.ipc) throw new EndpointError("ipc is not available on this system", endpoint);
      return endpoint;
    case "inproc":
      return endpoint;
  }
  throw new EndpointError(
    "expected tcp://host:port (port 0 to 65535), ipc://path or inproc://name",
    endpoint,
  );
}

/** What a socket needs to be safe on a network; part of every role's context. */
export interface Guard {
  /** The role's keys; none given: nothing is encrypted, and everyone is admitted. */
  keys?: Keys | undefined;
  log: Logger;
  /** Ends the role with an error, for what no retry can mend. */
  fail: (error: Error) => void;
}

/** A server that does not let us in. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/**
 * Binds a socket to every endpoint, with the options of {@link protect} set.
 *
 * @param guard With keys, only clients whose key is authorized are admitted (CURVE).
 * @returns The endpoints as they were bound (`ZMQ_LAST_ENDPOINT`): `tcp://0.0.0.0:49152` for `tcp://*:*`.
 * @throws {EndpointError} Naming the first endpoint that could not be bound, and why.
 */
export async function bindAll(
  socket: Socket,
  endpoints: readonly string[],
  guard?: Guard,
): Promise<string[]> {
  protect(socket, endpoints);
  // With a ZAP domain every connection is presented to the ZAP handler (startZapHandler) and must speak ZMTP 3;
  // without one, libzmq takes what a port scanner sends for a ZMTP 1.0 message and hands it over.
  socket.zapDomain = "global";
  // ZMQ_MAXMSGSIZE: who sends more is cut off; libzmq takes any size. Not on the side that connects, for there
  // libzmq would not connect again.
  socket.maxMessageSize = 1024 * 1024;
  if (guard?.keys !== undefined) Object.assign(socket, guard.keys.server());
  if (guard !== undefined) reportPeers(socket, guard.log);
  const bound: string[] = [];
  for (const endpoint of endpoints) {
    try {
      await bind(socket, checkEndpoint(endpoint));
      bound.push(socket.lastEndpoint ?? endpoint);
      if (endpoint.startsWith(IPC)) removeWithSocket(socket, endpoint.slice(IPC.length));
    } catch (error) {
      throw explain("bind", endpoint, error);
    }
    if (guard?.keys === undefined && /^tcp:\/\/(?:\*|0\.0\.0\.0|\[::\]):/.test(endpoint)) {
      guard?.log.warn(
        `${endpoint} is open to all who can reach this machine; --curve-dir would ask for a key`,
      );
    }
  }
  return bound;
}

/** zeromq.js binds in a thread, and now and then loses what went wrong there (EAGAIN); asked again, it tells. */
async function bind(socket: Socket, endpoint: string, triesLeft = 10): Promise<void> {
  try {
    await socket.bind(endpoint);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || triesLeft === 0) throw error;
    await bind(socket, endpoint, triesLeft - 1);
  }
}

/**
 * Connects a socket to every endpoint, with the options of {@link protect} set. A peer that is not there yet
 * is no error: libzmq goes on trying.
 *
 * @param guard With keys, all is encrypted and the server must prove its own key (CURVE). A server that refuses
 *   ours ends the role, for libzmq does not try again then.
 * @param server The name of the server's certificate.
 * @throws {EndpointError} Naming the first endpoint that is none.
 * @throws {KeyError} When there are keys, but not the server's.
 */
export function connectAll(
  socket: Socket,
  endpoints: readonly string[],
  guard?: Guard,
  server = "server",
): void {
  protect(socket, endpoints);
  if (guard?.keys !== undefined) Object.assign(socket, guard.keys.client(server));
  if (guard !== undefined) {
    watchHandshakes(socket, guard, server);
    reportLosses(socket, guard.log);
  }
  for (const endpoint of endpoints) {
    try {
      socket.connect(checkEndpoint(endpoint));
    } catch (error) {
      throw explain("connect to", endpoint, error);
    }
  }
}

/** Says what became of a handshake that failed: libzmq itself fails in silence. */
function watchHandshakes(socket: Socket, { keys, log, fail }: Guard, server: string): void {
  const events = eventsOf(socket);
  // After these two libzmq does not try again
  events.on("handshake:error:auth", ({ address }) => {
    fail(new RefusedError(`refused by ${address}: it does not know our key`));
  });
  events.on("handshake:error:protocol", ({ address, error }) => {
    if (error.code !== "ERR_ZMTP_MECHANISM_MISMATCH") broken(address);
    else if (keys === undefined)
      fail(new RefusedError(`refused by ${address}: it asks for a key (--curve-dir)`));
    else fail(new RefusedError(`no connection to ${address}: it has no key, and we ask for one`));
  });
  events.on("handshake:error:other", ({ address }) => broken(address));
  let count = 0;
  const broken = (address: string) => {
    if (!isPowerOfTen((count += 1))) return;
    const cause = keys === undefined ? "" : `; is its key the one we have for ${server}?`;
    log.warn({ count }, `handshake with ${address} broken off${cause}`);
  };
}

/** Logs who comes and goes: how many peers are connected, in twenty lines a second at most. */
function reportPeers(socket: Socket, log: Logger): void {
  let second = 0;
  let lines = 0;
  let before = 0;
  // oxlint-disable-next-line no-new -- it lives as long as the socket
  new Peers(socket, (count) => {
    const lost = count < before ? "lost a peer; " : "";
    before = count;
    const now = Math.trunc(sClock() / 1000);
    lines = now === second ? lines + 1 : 1;
    second = now;
    if (lines <= 20) log.info(`${lost}peers connected: ${count}`);
  });
}

/** Logs when an established connection is lost, and when it is back. */
function reportLosses(socket: Socket, log: Logger): void {
  const connected = new Set<string>();
  const lost = new Set<string>();
  const events = eventsOf(socket);
  events.on("handshake", ({ address }) => {
    connected.add(address);
    if (lost.delete(address)) log.info(`connected to ${address} again`);
  });
  events.on("disconnect", ({ address }) => {
    if (!connected.delete(address)) return;
    lost.add(address);
    log.info(`lost the connection to ${address}; trying to connect again`);
  });
}

/** What every connection of these services gets, whichever side opened it. Times in milliseconds. */
function protect(socket: Socket, endpoints: readonly string[]): void {
  // ZMQ_LINGER: how long the end of the program may wait for unsent messages. libzmq waits for ever.
  socket.linger = 500;
  eventsOf(socket);
  // A peer that vanished without a word (power, network, a firewall) is noticed within six seconds or so: by
  // ZMQ_TCP_KEEPALIVE_*, in seconds, where nothing is under way, else by ZMQ_TCP_MAXRT. Not by ZMQ_HEARTBEAT_*:
  // with these on, libzmq 4.3.5 aborts the process when a peer goes away of which more is waiting than the
  // high-water mark lets in (`!_io_error`). And not in the pipeline, where whoever gives up on a peer gives up
  // the tasks it holds: a worker may take minutes over what a ventilator has left behind, or be held up itself.
  if (!(socket instanceof Push || socket instanceof Pull)) {
    socket.tcpKeepalive = 1;
    socket.tcpKeepaliveIdle = 2;
    socket.tcpKeepaliveInterval = 1;
    socket.tcpKeepaliveCount = 4;
    socket.tcpMaxRetransmitTimeout = 6000;
  }
  // ZMQ_CONNECT_TIMEOUT: give up a try that gets no answer, and make another; the system would wait for minutes.
  socket.connectTimeout = 2000;
  // ZMQ_HANDSHAKE_IVL: a connection that says nothing is cut.
  socket.handshakeInterval = 5000;
  // ZMQ_RECONNECT_IVL(_MAX): try again after 100 ms, then less and less often.
  socket.reconnectInterval = 100;
  socket.reconnectMaxInterval = 2000;
  // ZMQ_IPV6: only where it is asked for, for with it a name is resolved to IPv6 first.
  socket.ipv6 = endpoints.some((endpoint) => endpoint.includes("://["));
}

const REASONS: Record<string, string> = {
  EAGAIN: "this machine has no such address or interface",
  EACCES: "permission denied",
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "this machine has no such address",
  ENODEV: "this machine has no such address or interface",
  ENOENT: "no such directory",
};

function explain(action: string, endpoint: string, error: unknown): EndpointError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new EndpointError(`cannot ${action} ${endpoint}: ${REASONS[code] ?? message}`, endpoint, {
    cause: error,
  });
}
