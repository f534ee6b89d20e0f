/** How evenly the jobs fall, on a clock of its own; see testing/makespan.ts. */
import { describe, expect, test } from "@jest/globals";
import { seededRandom, within } from "zmq-common";
import { greedyBound, makespan } from "./testing/makespan.js";

/** Jobs of 1 to 100 ms, as the chapter's. */
function randomWorkloads(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 400 }, () => within(100, random) + 1);
}

const times = (count: number, workload: number) => Array.from({ length: count }, () => workload);

const batches: Record<string, readonly (readonly number[])[]> = {
  "jobs of 1 to 100 ms": Array.from({ length: 30 }, (_, seed) => randomWorkloads(seed)),
  "jobs of 1 to 100 ms, the longest last": [randomWorkloads(1).toSorted((one, other) => one - other)],
  // Each worker asks for hundreds of them when the long ones come
  "many short jobs before a few long ones": [[...times(4000, 0.1), ...times(40, 100)]],
};

describe.each([1, 2, 4, 8])("%i workers take 2 % longer at most than the greedy bound", (workers) => {
  test.each(Object.entries(batches))("%s", (_, some) => {
    const ratios = some.map(
      (workloads) => makespan({ workloads, workers, latency: 0.5 }) / greedyBound(workloads, workers),
    );
    expect(Math.max(...ratios)).toBeLessThanOrEqual(1.02);
    // It may be a little less, by luck: the bound is not the best order
    expect(Math.min(...ratios)).toBeGreaterThan(0.98);
  });
});
