import { expect, test } from "@jest/globals";
import { matches } from "./subscriptions.js";

test.each([
  ["10001 ", ["10001 20 30"], true],
  ["10001 ", ["100010 20 30"], false],
  ["10001", ["100010 20 30"], true],
  ["", ["anything"], true],
  ["", [""], true],
  ["long", ["lo"], false],
  ["two", ["one", "two"], false],
  ["°", ["° and more"], true],
  ["a", [], false],
])("%j matches %j: %s", (subscription, frames, expected) => {
  expect(
    matches(
      subscription,
      frames.map((frame) => Buffer.from(frame)),
    ),
  ).toBe(expected);
});
