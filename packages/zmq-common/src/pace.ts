import { setImmediate, setTimeout } from "node:timers/promises";

/** How long to publish between two turns of the event loop, in milliseconds. */
const BURST = 1;

/** How many updates to publish between two looks at the clock. */
const CHUNK = 100;

export interface Pace {
  /** Updates a second; 0 for as many as possible. */
  rate: number;
  signal: AbortSignal;
  /** Done between two bursts of updates: about every millisecond, or before each update if they are fewer. */
  between?: (() => Promise<void>) | undefined;
}

/**
 * Paces a publisher: calls `publish` for each update that is due, until the signal is aborted. The calls come in
 * bursts of about a millisecond; after each the event loop turns, so that signals and other sockets are served.
 * A publisher that was held up catches up.
 *
 * `publish` may return what `send` does, and the pace fails if that does. The next update does not wait for it,
 * so the socket must never make a sender wait: PUB or XPUB, with `sendTimeout: 0` (`ZMQ_SNDTIMEO`).
 *
 * @throws The signal's reason once it is aborted.
 */
export async function paced(
  { rate, signal, between }: Pace,
  publish: () => Promise<void> | undefined,
): Promise<never> {
  const start = performance.now();
  for (let published = 0; ;) {
    signal.throwIfAborted();
    await between?.();
    const sending: Promise<void>[] = [];
    const now = performance.now();
    const due = rate === 0 ? Infinity : ((now - start) / 1000) * rate;
    do {
      for (const end = Math.min(due, published + CHUNK); published < end; published++) {
        const sent = publish();
        if (sent !== undefined) sending.push(sent);
      }
    } while (published < due && performance.now() - now < BURST);
    await Promise.all(sending);
    if (published < due) await setImmediate();
    else {
      const wait = Math.ceil((published / rate) * 1000 - (performance.now() - start));
      // An abort ends the wait; what it throws is none of the signal's reason
      await setTimeout(wait, undefined, { signal }).catch(() => {});
    }
  }
}
