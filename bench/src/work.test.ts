import { expect, test } from "@jest/globals";
import { measure, type Work } from "./work.js";

function work(...series: number[][]): { work: Work; order: string[] } {
  const order: string[] = [];
  const variants = series.map((values, index) => ({
    name: `variant ${index}`,
    needs: [],
    measure: () => {
      order.push(`variant ${index}`);
      return Promise.resolve(values.shift() ?? NaN);
    },
  }));
  return { work: { id: "it", title: "It", unit: "s", better: "less", variants }, order };
}

test("measures in turn, round after round", async () => {
  const { work: two, order } = work([1, 1, 1], [2, 2, 2]);
  await measure(two, 3, () => {});
  expect(order).toEqual(["variant 0", "variant 1", "variant 0", "variant 1", "variant 0", "variant 1"]);
});

test("compares medians with the first variant's", async () => {
  const { work: two } = work([10, 30, 20], [5, 100, 10]);
  const told: [string, number][] = [];
  const { variants } = await measure(two, 3, (variant, value) => told.push([variant, value]));
  expect(variants.map(({ ratio }) => ratio)).toEqual([1, 0.5]);
  expect(variants[1]?.summary).toEqual({ median: 10, least: 5, most: 100 });
  expect(told).toHaveLength(6);
});

test("what is no number is an error that names the variant", async () => {
  const { work: one } = work([1]);
  await expect(measure(one, 2, () => {})).rejects.toThrow("variant 0");
});
