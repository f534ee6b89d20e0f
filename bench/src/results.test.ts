import { expect, test } from "@jest/globals";
import { benchmarkOf, medians, ratio, replaceBenchmarks, type Results } from "./results.js";

const size = {
  id: "size",
  title: "Size",
  unit: "MB/s",
  x: "bytes",
  samples: [
    { variant: "C", x: 1, values: [10, 30, 20] },
    { variant: "ours", x: 1, values: [5, 100, 10] },
    { variant: "ours", x: 2, values: [7] },
  ],
};
const results: Results = { date: "2026-01-01", rounds: 3, machine: {}, benchmarks: [size] };

test("a variant has a median at each x", () => {
  expect(medians(size, "ours")).toEqual([10, 7]);
});

test("medians are compared with those of another variant at the same x, where there is one", () => {
  expect(size.samples.map((sample) => ratio(size.samples, sample, "C"))).toEqual([1, 0.5, undefined]);
  expect(medians(size, "ours", "C")).toEqual([0.5]);
});

test("what was not measured is an error that names it", () => {
  expect(benchmarkOf(results, "size")).toBe(size);
  expect(() => benchmarkOf(results, "weight")).toThrow('"weight"');
  expect(() => medians(size, "theirs")).toThrow('a variant of size, got "theirs"');
});

test("a benchmark of a later run takes the place of the earlier one, and says which run it is of", () => {
  const weight = { ...size, id: "weight" };
  const later = { ...results, date: "2026-01-02", benchmarks: [{ ...size, title: "Size again" }] };
  const { date, benchmarks } = replaceBenchmarks({ ...results, benchmarks: [size, weight] }, later);
  expect(date).toBe("2026-01-01");
  const apart = { date: "2026-01-02", rounds: 3, machine: {} };
  expect(benchmarks).toEqual([weight, { ...size, title: "Size again", apart }]);
});
