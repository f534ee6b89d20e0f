import type { Socket } from "zeromq";
import type { Logger } from "./logger.js";
import { PeerMonitor } from "./peers.js";

/** A server that does not admit us. */
export class RefusedError extends Error {
  override name = "RefusedError";
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
