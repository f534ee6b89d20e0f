/** What a run has measured, as docs/performance/results.json has it, and how to look it up. */
import type { Measured, Sample } from "./benchmark.js";
import { summarize } from "./statistics.js";

/** A run of the bench. */
export interface Run {
  date: string;
  rounds: number;
  machine: Record<string, string>;
}

export interface Results extends Run {
  benchmarks: Recorded[];
}

/** What was measured of a benchmark, and when, if that was in a run of its own. */
interface Recorded extends Measured {
  apart?: Run;
}

/** Results in which some benchmarks are from a later run. */
export function replaceBenchmarks(results: Results, { benchmarks, ...apart }: Results): Results {
  const ids = new Set(benchmarks.map(({ id }) => id));
  const others = results.benchmarks.filter(({ id }) => !ids.has(id));
  return { ...results, benchmarks: [...others, ...benchmarks.map((one) => ({ ...one, apart }))] };
}

/** @throws When it was not measured. */
export function benchmarkOf({ benchmarks }: Results, id: string): Measured {
  const benchmark = benchmarks.find((one) => one.id === id);
  if (benchmark === undefined) throw new Error(`Expected a benchmark that was measured, got "${id}"`);
  return benchmark;
}

/**
 * The medians of a variant, or their ratios to those of another one with the same x.
 *
 * @throws When there are none.
 */
export function medians(
  { id, samples }: Measured,
  variant: string,
  baseline?: string,
): [number, ...number[]] {
  const [first, ...others] = samples
    .filter((sample) => sample.variant === variant)
    .map((sample) =>
      baseline === undefined ? summarize(sample.values).median : ratio(samples, sample, baseline),
    )
    .filter((value) => value !== undefined);
  if (first === undefined) throw new Error(`Expected a variant of ${id}, got "${variant}" and "${baseline}"`);
  return [first, ...others];
}

/** The median of a sample over that of another variant with the same x, where there is one. */
export function ratio(
  samples: readonly Sample[],
  { x, values }: Sample,
  baseline: string,
): number | undefined {
  const base = samples.find((sample) => sample.variant === baseline && sample.x === x);
  return base && summarize(values).median / summarize(base.values).median;
}
