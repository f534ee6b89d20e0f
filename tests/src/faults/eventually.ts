/** Waiting for what no process prints. */

/**
 * Looks again and again until it sees something.
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
  within = 20_000,
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) {
      throw new Error(`not within ${within} ms: ${typeof what === "string" ? what : what()}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
}
