/**
 * The wire format of the parallel pipeline: a batch starts with {@link START_OF_BATCH} to the sink; a task is
 * its workload in milliseconds as ASCII decimal; a result is an empty message.
 */
import { frameText } from "../sockets/frames.js";

/** What the ventilator tells the sink before the first task. */
export const START_OF_BATCH = "0";

/** What a worker tells the sink after each task. The sink takes any content for a result. */
export const RESULT = "";

/** The longest workload that is read, in milliseconds: about eleven days. A timer can run for 24. */
const MAX_WORKLOAD = 999_999_999;

/** Nine digits and the NUL behind them fit; a hostile frame of megabytes need not be decoded. */
const MAX_TEXT_BYTES = 16;

/**
 * @param workload In milliseconds; the chapter's are 1 to 100.
 * @throws {RangeError} Unless it is an integer from 0 to 999999999.
 */
export function formatTask(workload: number): string {
  if (!Number.isInteger(workload) || workload < 0 || workload > MAX_WORKLOAD) {
    throw new RangeError(
      `Expected \`workload\` to be an integer from 0 to ${MAX_WORKLOAD}, got \`${workload}\``,
    );
  }
  return String(workload);
}

/**
 * Reads a task as any of the Guide's ventilators sends it: decimal digits, padded with NULs to any length
 * (C++), or a 32-bit little-endian integer under 256 (C#). Four bytes of which the last three are NUL are
 * such an integer.
 *
 * @returns The workload in milliseconds, or nothing for a message that is no task. Never throws.
 */
export function parseTask(message: readonly Buffer[]): number | undefined {
  const [frame, ...more] = message;
  if (frame === undefined || more.length > 0) return undefined;
  if (frame.length === 4 && frame.readUIntLE(1, 3) === 0) return frame[0];
  const text = frameText(frame.subarray(0, MAX_TEXT_BYTES));
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * Whether a message starts a batch, as any of the Guide's ventilators sends it to the sink: `0`, perhaps with a NUL or
 * one stray byte behind it (C++), or a single NUL (C#). Never throws.
 */
export function isStartOfBatch([frame, ...more]: readonly Buffer[]): boolean {
  if (frame === undefined || more.length > 0) return false;
  const [first, second] = frame;
  if (first === 0) return frame.length === 1;
  return first === START_OF_BATCH.charCodeAt(0) && (frame.length <= 2 || second === 0);
}
