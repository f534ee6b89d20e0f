import { isPowerOfTen, type Logger } from "../sockets/logger.js";
import { observer } from "../sockets/observer.js";

/**
 * Counts the messages that could not be read, and logs the 1st, 10th, 100th, … of a kind, so that many of them
 * cannot fill a disk, and at the end how many there were.
 */
export class MalformedMessages implements Disposable {
  readonly #counts = new Map<string, number>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * @param kind What the message should have been.
   * @param message Its frames; the log shows their sizes, and the first bytes of the first.
   */
  record(kind: string, message: readonly Buffer[]): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    observer()?.malformed();
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
