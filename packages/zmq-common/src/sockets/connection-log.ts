import type { Socket } from "zeromq";
import type { SocketContext } from "./context.js";
import { isPowerOfTen, type Logger } from "./logger.js";
import { monitor } from "./monitor.js";
import { PeerMonitor } from "./peers.js";

/** A server that does not admit us. */
export class RefusedError extends Error {
  override name = "RefusedError";
}

/** Logs why handshakes fail: libzmq itself fails in silence. */
export function logHandshakeFailures(
  socket: Socket,
  { keys, log, onFatalError }: SocketContext,
  server: string,
): void {
  const events = monitor(socket);
  // After these two libzmq does not try again
  events.on("handshake:error:auth", ({ address }) => {
    onFatalError(new RefusedError(`refused by ${address}: it does not know our key`));
  });
  events.on("handshake:error:protocol", ({ address, error }) => {
    if (error.code !== "ERR_ZMTP_MECHANISM_MISMATCH") broken(address);
    else if (keys === undefined) {
      onFatalError(new RefusedError(`refused by ${address}: it asks for a key (--curve-dir)`));
    } else {
      onFatalError(new RefusedError(`no connection to ${address}: it has no key, and we ask for one`));
    }
  });
  events.on("handshake:error:other", ({ address }) => broken(address));
  let count = 0;
  const broken = (address: string) => {
    if (!isPowerOfTen((count += 1))) return;
    const cause = keys === undefined ? "" : `; is its key the one we have for ${server}?`;
    log.warn({ count }, `handshake with ${address} broken off${cause}`);
  };
}

/** Logs how many peers are connected whenever that changes, in twenty lines a second at most. */
export function logPeers(socket: Socket, log: Logger): void {
  let second = 0;
  let lines = 0;
  let before = 0;
  // oxlint-disable-next-line no-new -- it lives as long as the socket
  new PeerMonitor(socket, (count) => {
    const lost = count < before ? "lost a peer; " : "";
    before = count;
    const now = Math.trunc(performance.now() / 1000);
    lines = now === second ? lines + 1 : 1;
    second = now;
    if (lines <= 20) log.info(`${lost}peers connected: ${count}`);
  });
}

/** Logs when an established connection is lost, and when it is back. */
export function logLostConnections(socket: Socket, log: Logger): void {
  const connected = new Set<string>();
  const lost = new Set<string>();
  const events = monitor(socket);
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
