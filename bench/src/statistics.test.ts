import { expect, test } from "@jest/globals";
import { confidenceInterval, format, summarize } from "./statistics.js";

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[3, 1, 2], { median: 2, min: 1, max: 3 }],
  [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
  [[10, 9], { median: 9.5, min: 9, max: 10 }],
])("%j: %j", (values, summary) => {
  expect(summarize(values)).toEqual(summary);
});

test("no values have no median", () => {
  expect(() => summarize([])).toThrow(RangeError);
});

test.each([
  [5, undefined],
  [6, [1, 6]],
  [10, [2, 9]],
  [20, [6, 15]],
])("of %d values, those within which the median is with 95 %%: %j", (length, interval) => {
  const values = Array.from({ length }, (_, index) => length - index);
  expect(confidenceInterval(values)).toEqual(interval);
});

test.each([
  [0.061234, "0.0612"],
  [1.2549, "1.25"],
  [1_234_567, "1,230,000"],
])("%d is written as %s", (value, text) => {
  expect(format(value)).toBe(text);
});
