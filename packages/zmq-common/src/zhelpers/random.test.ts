import { expect, test } from "@jest/globals";
import { seededRandom } from "./random.js";

const draw = (source: () => number) => Array.from({ length: 1000 }, source);

test("the same seed makes the same numbers, another one others", () => {
  expect(draw(seededRandom(7))).toEqual(draw(seededRandom(7)));
  expect(draw(seededRandom(8))).not.toEqual(draw(seededRandom(7)));
});

test("without a seed, the numbers differ from run to run", () => {
  expect(draw(seededRandom())).not.toEqual(draw(seededRandom()));
});

test.each([0, 1, -1, 2 ** 31, 1_000_000_000])(
  "with seed %d, all are in [0, 1) and spread over it",
  (seed) => {
    const numbers = draw(seededRandom(seed));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const mean = numbers.reduce((sum, number) => sum + number) / numbers.length;
    expect(mean).toBeGreaterThan(0.45);
    expect(mean).toBeLessThan(0.55);
  },
);
