import { expect, test } from "@jest/globals";
import { greedyBound } from "./jobs.js";

test("each job goes to the worker that is idle first, in the order of the batch", () => {
  const workloads = [3, 1, 1, 5];
  expect(greedyBound(workloads, 1)).toBe(10);
  // 3 beside 1, 1, 5
  expect(greedyBound(workloads, 2)).toBe(7);
  expect(greedyBound(workloads, 4)).toBe(5);
});
