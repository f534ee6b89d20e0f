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

/** Three significant digits, and no exponent: 0.0612, 1.25, 1,230,000. Without a value, nothing. */
export function format(value: number | undefined): string {
  return value?.toLocaleString("en", { maximumSignificantDigits: 3 }) ?? "";
}
