import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { nameProblem, namesOf } from "./names.js";

const templates = join(import.meta.dirname, "../templates");

test("the other names follow from the one that is given", () => {
  expect(namesOf("price-server")).toEqual({
    name: "price-server",
    id: "priceServer",
    Id: "PriceServer",
    ENV: "PRICE_SERVER",
    title: "Price server",
    profile: "price",
  });
});

test.each(["a1", "price-server", "quotes", "x2-y3"])("%s is a name", (name) => {
  expect(nameProblem(name, templates)).toBeUndefined();
});

test.each([
  ["", "Expected a name"],
  ["Price", "Expected a name"],
  ["price_server", "Expected a name"],
  ["price server", "Expected a name"],
  ["../price", "Expected a name"],
  ["2prices", "Expected a name"],
  ["price-2", "Expected a name"],
  ["-price", "Expected a name"],
  ["price-", "Expected a name"],
  ["prix-élevé", "Expected a name"],
  ["class", "a word of JavaScript"],
  ["await", "a word of JavaScript"],
  ["arguments", "a word of JavaScript"],
  ["messages", "a name in the code of apps"],
  ["context", "a name in the code of apps"],
  ["start-role", "a name in the code of apps"],
  ["dist", "where builds go"],
])("%j is not, and what is wrong is said", (name, problem) => {
  expect(nameProblem(name, templates)).toContain(problem);
});
