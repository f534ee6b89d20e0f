import type { Logger } from "./log.js";

/**
 * Counts the messages that a reader could not read and says so in the log: the 1st, 10th, 100th, … of a kind,
 * so that a flood cannot fill a disk, and how many they were in the end.
 */
export class Malformed implements Disposable {
  readonly #counts = new Map<string, number>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param kind What the message should have been.
   * @param message Its frames; the log shows their sizes, and the first bytes of the first.
   */
  count(kind: string, message: readonly Buffer[]): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (!isPowerOfTen(count)) return;
    this.#log.warn(
      { count, frames: message.map((frame) => frame.length), start: message[0]?.toString("hex", 0, 16) },
      `malformed ${kind}`,
    );
  }

  [Symbol.dispose](): void {
    for (const [kind, count] of this.#counts) {
      if (count > 1) this.#log.warn({ count }, `malformed in all: ${kind}`);
    }
  }
}

/** Whether a count is 1, 10, 100, …: a log told of these only cannot fill a disk. */
export function isPowerOfTen(count: number): boolean {
  return Number.isInteger(Math.log10(count));
}
