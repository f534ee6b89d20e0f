/** From values to pixels. */
import { ticks } from "d3-array";

export interface Scale {
  (value: number): number;
  /** The same for scales that say the same. */
  readonly key: string;
  ticks(count: number): number[];
}

type Range = readonly [from: number, to: number];

/** What lies outside is at the edge. */
export function linearScale([low, high]: Range, [from, to]: Range): Scale {
  const scale = (value: number) =>
    from + ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * (to - from);
  return Object.assign(scale, {
    key: `${low} ${high} ${from} ${to}`,
    ticks: (count: number) => ticks(low, high, count),
  });
}

/** For values from 1 on. Its ticks are 1, 3, 10, 30, …. */
export function logScale(max: number, [from, to]: Range): Scale {
  const scale = (value: number) => from + (Math.log(Math.max(1, value)) / Math.log(max)) * (to - from);
  const steps = Array.from(
    { length: 20 },
    (_, index) => (index % 2 === 0 ? 1 : 3) * 10 ** Math.floor(index / 2),
  );
  const key = `${max} ${from} ${to}`;
  return Object.assign(scale, { key, ticks: () => steps.filter((step) => step <= max) });
}
