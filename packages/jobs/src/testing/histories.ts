import * as fc from "fast-check";
import type { Simulation } from "./simulation.js";

/** Random histories: a small batch, what its jobs do, and which of the things that may happen next does. */
export const histories = fc.record({
  jobs: fc.integer({ min: 1, max: 14 }),
  workers: fc.integer({ min: 1, max: 4 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  poison: fc.uniqueArray(fc.nat(13), { maxLength: 2 }),
  flaky: fc.uniqueArray(fc.nat(13), { maxLength: 2 }),
  steps: fc.array(fc.nat(99_999), { maxLength: 400, size: "max" }),
});

type History = typeof histories extends fc.Arbitrary<infer H> ? H : never;

/** Runs a history, and then lets everything come to its end. Throws on what must not happen. */
export function runHistory(
  code: { Simulation: typeof Simulation },
  { poison, flaky, steps, ...options }: History,
): void {
  const simulation = new code.Simulation({ ...options, poison: new Set(poison), flaky: new Set(flaky) });
  for (const choice of steps) simulation.step(choice);
  simulation.finish();
}
