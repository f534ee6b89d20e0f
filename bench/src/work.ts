import type { Language } from "./programs.js";
import { type Summary, summarize } from "./statistics.js";

/** One way to do a piece of work: one of those that are measured beside each other. */
export interface Variant {
  name: string;
  /** The languages that its programs are in. */
  needs: readonly Language[];
  /** Does it once. Returns what it measured, in the work's unit. */
  measure: () => Promise<number>;
}

export interface Work {
  /** For `--only`. */
  id: string;
  title: string;
  unit: string;
  /** Which is better. */
  better: "less" | "more";
  /** The first one is what the others are compared with. */
  variants: Variant[];
}

export interface Measured extends Omit<Work, "variants"> {
  variants: { name: string; values: number[]; summary: Summary; ratio: number }[];
}

/**
 * Measures the variants of a work in turn, round after round (A B A B …): whatever slows the machine down for a
 * while slows all of them down.
 *
 * @param told Called with each value as it comes.
 */
export async function measure(
  { variants, ...work }: Work,
  rounds: number,
  told: (variant: string, value: number) => void,
): Promise<Measured> {
  const values = variants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, variant] of variants.entries()) {
      const value = await variant.measure();
      if (!Number.isFinite(value)) {
        throw new RangeError(`Expected ${variant.name} to measure something, got ${value} ${work.unit}`);
      }
      values[index]?.push(value);
      told(variant.name, value);
    }
  }
  const summaries = values.map(summarize);
  const [first] = summaries;
  return {
    ...work,
    variants: variants.map(({ name }, index) => {
      const summary = summaries[index] as Summary;
      return { name, values: values[index] ?? [], summary, ratio: summary.median / (first?.median ?? NaN) };
    }),
  };
}
