import { expect, test } from "@jest/globals";
import { isPowerOfTen } from "./logger.js";

test("knows the powers of ten, as far as anyone counts", () => {
  const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
  expect(powers.filter((count) => !isPowerOfTen(count))).toEqual([]);
  expect([2, 9, 11, 99, 101, 999, 1001, 999_999_999].filter((count) => isPowerOfTen(count))).toEqual([]);
});
