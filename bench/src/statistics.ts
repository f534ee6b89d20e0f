/** What several values of the same measurement say together. */
export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** @throws {RangeError} Without any value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (lower === undefined || upper === undefined)
    throw new RangeError("Expected at least one value, got none");
  return { median: (lower + upper) / 2, min: Math.min(...sorted), max: Math.max(...sorted) };
}

/**
 * The limits between which the median of what the values are drawn from lies, with a probability of 95 % at least:
 * between two of the values, however they are distributed.
 *
 * @returns Nothing where there are fewer than six values, which are too few.
 */
export function confidenceInterval(values: readonly number[]): [from: number, to: number] | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const { length } = sorted;
  // How likely it is that as many of them, or fewer, are below the median
  let [likelihood, tail, rank] = [0.5 ** length, 0, 0];
  while (tail + likelihood <= 0.025) {
    tail += likelihood;
    likelihood *= (length - rank) / (rank + 1);
    rank += 1;
  }
  const [from, to] = [sorted[rank - 1], sorted[length - rank]];
  return from === undefined || to === undefined ? undefined : [from, to];
}

/** Three significant digits, and no exponent: 0.0612, 1.25, 1,230,000. Without a value, nothing. */
export function format(value: number | undefined): string {
  return value?.toLocaleString("en", { maximumSignificantDigits: 3 }) ?? "";
}
