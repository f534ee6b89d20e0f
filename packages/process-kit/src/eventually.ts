import { setTimeout } from "node:timers/promises";

/** The longest time between two looks, in milliseconds. */
const SELDOM = 200;

/**
 * Looks again and again until it sees something: after 5 ms at first, less often as time goes by.
 *
 * @param look What is there, or `undefined` as long as it is not; or whether it is.
 * @param what It is looking for, for the message of a failure.
 * @param within The deadline in milliseconds.
 * @returns What it saw.
 * @throws When the deadline is over.
 */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string | (() => string),
  within = 30_000,
): Promise<T> {
  const start = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    const elapsed = performance.now() - start;
    if (elapsed > within) {
      throw new Error(`not within ${within} ms: ${typeof what === "string" ? what : what()}`);
    }
    await setTimeout(Math.min(SELDOM, 5 + elapsed / 10));
  }
}
