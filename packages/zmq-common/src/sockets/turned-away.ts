import type { Socket } from "zeromq";
import { socketTypes } from "./connections/socket-types.js";
import type { SocketContext } from "./context.js";
import { isPowerOfTen } from "./logger.js";
import { monitor } from "./monitor.js";

/** By when a handshake has succeeded or failed (`ZMQ_HANDSHAKE_IVL`), and its events have come, in seconds. */
const SETTLED = 6;

/**
 * Logs that a bound socket turns peers away, and why: of the 1st, 10th, 100th, … of a kind, because they keep trying.
 * The events of libzmq do not name the peer.
 *
 * @param socket A socket that is not bound yet.
 */
export function logTurnedAway(socket: Socket, { keys, log }: SocketContext): void {
  const events = monitor(socket);
  const counts = new Map<string, number>();
  const report = (address: string, reason: string) => {
    const count = (counts.get(reason) ?? 0) + 1;
    counts.set(reason, count);
    if (isPowerOfTen(count)) log.warn({ count }, `turned away a peer at ${address}: ${reason}`);
  };

  const { peers } = socketTypes(socket);
  const unsuitable = `it does not speak ZMTP 3 (ZeroMQ 4.0 and newer), or is not a ${peers.join(" or ")} socket`;
  countSilent(socket, (address) => report(address, unsuitable));

  const [mismatch, cryptographic] =
    keys === undefined
      ? ["it asks for a key, and there is none here (--curve-dir)", "its handshake is not valid"]
      : ["it has no key (--curve-dir)", "it has another key for this server than the server's own"];
  events.on("handshake:error:protocol", ({ address, error }) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_ZMTP_MECHANISM_MISMATCH") report(address, mismatch);
    else if (code === "ERR_ZMTP_CRYPTOGRAPHIC") report(address, cryptographic);
    else report(address, "its handshake is not valid");
  });
}

/**
 * Counts the connections that libzmq turns away without an event of their own. Each connection that is accepted ends up
 * in a handshake, an error of the handshake, or in silence. So with A accepted, H handshakes, E errors and D lost, at
 * least D − H − E were, and exactly A − H − E while no handshake is going on.
 */
function countSilent(socket: Socket, onSilent: (address: string) => void): void {
  const events = monitor(socket);
  let [accepted, shaken, failed, lost, silent] = [0, 0, 0, 0, 0];
  let address = "";
  // A socket may be connected as well
  const addresses = new Set<string>();
  const atLeast = (count: number) => {
    for (; silent < count; silent += 1) onSilent(address);
  };

  let timer: NodeJS.Timeout | undefined;
  let everySecond: number[] = [];
  const settle = () => {
    everySecond.push(accepted);
    const [before = 0] = everySecond.splice(0, everySecond.length - SETTLED);
    atLeast(before - shaken - failed);
    if (before < accepted) return;
    // Of some errors there are two events
    silent = accepted - shaken - failed;
    stop();
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    everySecond = [];
  };

  events.on("accept", (event) => {
    ({ address } = event);
    addresses.add(address);
    accepted += 1;
    timer ??= setInterval(settle, 1000).unref();
  });
  events.on("handshake", (event) => {
    if (addresses.has(event.address)) shaken += 1;
  });
  for (const type of ["handshake:error:auth", "handshake:error:protocol", "handshake:error:other"] as const) {
    events.on(type, (event: { address: string }) => {
      if (addresses.has(event.address)) failed += 1;
    });
  }
  events.on("disconnect", (event) => {
    if (!addresses.has(event.address)) return;
    lost += 1;
    atLeast(lost - shaken - failed);
  });
  events.on("end", stop);
}
