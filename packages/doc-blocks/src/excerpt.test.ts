import { expect, test } from "@jest/globals";
import { excerpt } from "./excerpt.js";

const source = `export function role() {
  // Socket
  using socket = new Reply();

  // Loop
  for (;;) {
    if (ready) {
      answer();
    }
  }
  // End
}
`;

test("shows the lines from the first to the last, without their common indentation", () => {
  expect(excerpt(source, ["// Socket", "using socket"])).toBe("// Socket\nusing socket = new Reply();");
});

test("ends at a line of the same indentation as the first", () => {
  expect(excerpt(source, ["for (;;)", "}"])).toBe("for (;;) {\n  if (ready) {\n    answer();\n  }\n}");
});

test("puts a line between two ranges", () => {
  expect(excerpt(source, ["using", "using", "// End", "// End"])).toBe(
    "using socket = new Reply();\n// …\n// End",
  );
});

test("refuses a range whose lines are not there, or not in this order", () => {
  expect(() => excerpt(source, ["await", "}"])).toThrow("Expected a line that begins with `await`, got none");
  expect(() => excerpt(source, ["for", "answer"])).toThrow("begins with `answer`");
  expect(() => excerpt(source, ["// End", "// End", "// Socket", "using"])).toThrow(
    "begins with `// Socket`",
  );
});
