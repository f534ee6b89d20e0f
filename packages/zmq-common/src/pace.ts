import { setImmediate } from "node:timers/promises";
import { sSleep } from "./zhelpers.js";

/** How many messages go out between two turns of the event loop, so that signals and other sockets are served. */
const BURST = 512;

/**
 * Paces a publisher: yields once for each message that is due, until the signal is aborted.
 *
 * @param rate Messages a second; 0 for as many as possible.
 * @throws The signal's reason once it is aborted.
 */
export async function* paced(rate: number, signal: AbortSignal): AsyncGenerator<void, never, undefined> {
  const start = performance.now();
  for (let sent = 0; ;) {
    signal.throwIfAborted();
    const due = rate === 0 ? sent + BURST : ((performance.now() - start) / 1000) * rate;
    for (const end = Math.min(due, sent + BURST); sent < end; sent++) yield;
    // A message is due every 1000 / rate ms: a timer where it is worth one, else just a turn of the loop.
    const wait = rate === 0 ? 0 : (sent / rate) * 1000 - (performance.now() - start);
    await (wait >= 1 ? sSleep(wait, signal) : setImmediate());
  }
}
