import { expect, test } from "@jest/globals";
import { eventually } from "./eventually.js";

test("looks until it sees something, and returns that", async () => {
  let looks = 0;
  const look = () => ((looks += 1) < 5 ? undefined : "seen");
  expect(await eventually(look, "the fifth look")).toBe("seen");
  expect(looks).toBe(5);
});

test("takes false for not yet, and 0 for something", async () => {
  const answers = [false, 0] as const;
  let looks = 0;
  expect(await eventually(() => Promise.resolve(answers[looks++]), "a number")).toBe(0);
});

test("fails at its deadline, and says what was looked for as it then stands", async () => {
  let looks = 0;
  const look = () => ((looks += 1), false);
  const failure = eventually(look, () => `nothing in ${looks} looks`, 50);
  await expect(failure).rejects.toThrow(/^not within 50 ms: nothing in [1-9]\d* looks$/);
});

test("fails at once where the look does", async () => {
  const look = () => Promise.reject(new Error("gone"));
  await expect(eventually(look, "anything")).rejects.toThrow("gone");
});
