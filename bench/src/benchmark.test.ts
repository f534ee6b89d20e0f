import { expect, test } from "@jest/globals";
import { type Benchmark, measure } from "./benchmark.js";

const description = { id: "it", title: "It", unit: "s", better: "less" } as const;

/** A benchmark whose cases measure the given values, and note in which order. */
function benchmark(series: Record<string, number[]>): { it: Benchmark; order: string[] } {
  const order: string[] = [];
  const cases = Object.entries(series).map(([variant, values]) => ({
    variant,
    x: 8,
    needs: [],
    measure: () => {
      order.push(variant);
      return Promise.resolve(values.shift() ?? NaN);
    },
  }));
  return { it: { ...description, cases }, order };
}

test("cases take turns, round after round", async () => {
  const { it, order } = benchmark({ a: [1, 2], b: [3, 4], c: [5, 6] });
  await measure(it, 2);
  expect(order).toEqual(["a", "b", "c", "a", "b", "c"]);
});

test("where small differences count, each case is measured several times a round", async () => {
  const { it, order } = benchmark({ a: [1, 2, 3, 4], b: [5, 6, 7, 8] });
  const { samples } = await measure({ ...it, repeats: 2 }, 2);
  expect(order).toEqual(["a", "b", "a", "b", "a", "b", "a", "b"]);
  expect(samples.map(({ values }) => values.length)).toEqual([4, 4]);
});

test("a sample has a case's labels and a value for each round, each reported as it comes", async () => {
  const { it } = benchmark({ a: [1, 2], b: [3, 4] });
  const reported: string[] = [];
  const measured = await measure(it, 2, (name, value) => reported.push(`${name}: ${value}`));
  expect(measured).toEqual({
    ...description,
    samples: [
      { variant: "a", x: 8, values: [1, 2] },
      { variant: "b", x: 8, values: [3, 4] },
    ],
  });
  expect(reported).toEqual(["8, a: 1", "8, b: 3", "8, a: 2", "8, b: 4"]);
});

test.each([NaN, Infinity])("%d is an error that names the case", async (value) => {
  const { it } = benchmark({ a: [1, value] });
  await expect(measure(it, 2)).rejects.toThrow(`from 8, a, got ${value}`);
});
