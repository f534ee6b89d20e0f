import { expect, test } from "@jest/globals";
import { powers, trace } from "./growth.js";

test("powers go up to the last number, and not beyond it", () => {
  expect(powers(1, 2, 8)).toEqual([1, 2, 4, 8]);
  expect(powers(16, 4, 1000)).toEqual([16, 64, 256]);
});

test("the lines of a curve take turns at each point, round after round", async () => {
  const order: string[] = [];
  const line = (name: string, factor: number) => ({
    name,
    needs: [],
    measure: (x: number) => {
      order.push(`${name}${x}`);
      return Promise.resolve(factor * x);
    },
  });
  const lines = [line("a", 1), line("b", 10)];
  const curve = await trace({ id: "it", title: "It", x: "x", y: "y", xs: [1, 2], lines }, 2, () => {});
  expect(order).toEqual(["a1", "b1", "a2", "b2", "a1", "b1", "a2", "b2"]);
  expect(curve.lines[1]?.points[1]).toEqual({
    x: 2,
    values: [20, 20],
    summary: { median: 20, least: 20, most: 20 },
  });
});
