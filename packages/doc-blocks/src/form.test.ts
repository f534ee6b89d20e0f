import { expect, test } from "@jest/globals";
import { form, head, pick } from "./form.js";

test.each([
  ["numbers", "Total expected cost: 5034 msec", "Total expected cost: 99 msec"],
  ["negative numbers", "was 28F", "was -3F"],
  ["how many tasks a worker got", "taskwork 3 │ 27.21.1.", "taskwork 3 │ 5."],
  ["where a line of progress dots is cut", "tasksink │ :.........:.", "tasksink │ ...:..."],
])("does not depend on %s", (_, one, other) => {
  expect(form(one)).toBe(form(other));
});

test.each([
  ["another word", "Total elapsed time: 1 msec", "Total elapsed: 1 msec"],
  ["another unit", "took 5 ms", "took 5 s"],
  ["a line more", "Received Hello", "Received Hello\nReceived Hello"],
  ["dots in the middle of a line", "Sending Hello 0...", "Sending Hello 0."],
])("tells %s", (_, one, other) => {
  expect(form(one)).not.toBe(form(other));
});

test("picks the first line for each pattern, in the order of the patterns", () => {
  expect(pick("b 1\na 1\nb 2\n", [/^a/, "…", /^b/])).toBe("a 1\n…\nb 1");
  expect(() => pick("b 1\n", [/^a/])).toThrow("Expected a line that matches /^a/, got:\nb 1");
});

test("shows the first lines, and that there are more", () => {
  expect(head("1\n2\n3\n", 2)).toBe("1\n2\n…");
  expect(head("1\n2\n", 2)).toBe("1\n2");
});
