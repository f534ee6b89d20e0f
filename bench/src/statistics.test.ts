import { expect, test } from "@jest/globals";
import { format, summarize } from "./statistics.js";

test.each([
  [[3], { median: 3, least: 3, most: 3 }],
  [[3, 1, 2], { median: 2, least: 1, most: 3 }],
  [[4, 1, 3, 2], { median: 2.5, least: 1, most: 4 }],
  [[10, 9], { median: 9.5, least: 9, most: 10 }],
])("%j: %j", (values, summary) => {
  expect(summarize(values)).toEqual(summary);
});

test("nothing has no median", () => {
  expect(() => summarize([])).toThrow(RangeError);
});

test.each([
  [0.061234, "0.0612"],
  [1.2549, "1.25"],
  [1_234_567, "1,230,000"],
])("%d is written as %s", (value, text) => {
  expect(format(value)).toBe(text);
});
