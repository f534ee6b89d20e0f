import { setImmediate, setTimeout } from "node:timers/promises";
import { observer } from "../sockets/observer.js";

/** How long a burst should take, in milliseconds. */
const BURST = 1;

/** The size of the first burst; it doubles and halves until a burst takes about {@link BURST}. */
const FIRST_SIZE = 100;

export interface BurstOptions {
  /** Messages a second; 0 for as many as possible. */
  rate: number;
  /** Ends the bursts. */
  signal: AbortSignal;
}

/**
 * Paces a publisher: yields how many messages are due, until the signal is aborted. Sending a burst takes about a
 * millisecond; then the event loop turns, so that signals and other sockets are served. A publisher that was held up
 * catches up.
 *
 * ```ts
 * for await (const due of bursts({ rate, signal })) {
 *   for (let n = 0; n < due; n++) …
 * }
 * ```
 *
 * @throws The signal's reason once it is aborted.
 */
export async function* bursts({ rate, signal }: BurstOptions): AsyncGenerator<number, never> {
  const start = performance.now();
  let size = FIRST_SIZE;
  for (let sent = 0; ;) {
    signal.throwIfAborted();
    const begin = performance.now();
    const due = rate === 0 ? Infinity : Math.ceil(((begin - start) / 1000) * rate) - sent;
    if (due > 0) {
      const burst = Math.min(due, size);
      yield burst;
      sent += burst;
      observer()?.made(burst);
      const milliseconds = performance.now() - begin;
      if (milliseconds > 2 * BURST) size = Math.ceil(size / 2);
      else if (milliseconds < BURST / 2 && burst === size) size *= 2;
      await setImmediate();
    } else {
      const wait = (sent / rate) * 1000 - (begin - start);
      // An abort ends the wait; what it throws is not the signal's reason
      await setTimeout(Math.ceil(wait), undefined, { signal }).catch(() => {});
    }
  }
}
