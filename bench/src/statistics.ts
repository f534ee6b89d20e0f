/** What several measurements of the same thing say together. */
export interface Summary {
  median: number;
  least: number;
  most: number;
}

/** @throws {RangeError} Without any value. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const [least] = sorted;
  const most = sorted.at(-1);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (least === undefined || most === undefined || lower === undefined || upper === undefined) {
    throw new RangeError("Expected at least one value");
  }
  return { median: (lower + upper) / 2, least, most };
}

/** Three significant digits, and no exponent: 0.0612, 1.25, 1,230,000. */
export function format(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
