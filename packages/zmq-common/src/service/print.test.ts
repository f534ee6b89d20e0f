import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { printable } from "./print.js";

test.each<[string, string | Buffer, string]>([
  ["plain text", "Hello, 世界 é", "Hello, 世界 é"],
  ["nothing", "", ""],
  ["what is behind a NUL", "Hello\0rest", "Hello"],
  ["line ends and tabs", "a\r\nb\tc", String.raw`a\x0d\x0ab\x09c`],
  ["a terminal's control sequences", "\x1b[31mred\x9b0m\x7f", String.raw`\x1b[31mred\x9b0m\x7f`],
  ["what turns text around", "abc\u202ecba\u2066", String.raw`abc\u{202e}cba\u{2066}`],
  ["bytes that are no text", Buffer.from([0xff, 0x41]), "\ufffdA"],
])("shows %s", (_, given, shown) => {
  expect(printable(Buffer.from(given))).toBe(shown);
});

test("shows a missing frame as nothing", () => {
  expect(printable(undefined)).toBe("");
});

test("shows at most 80 characters, however long the frame", () => {
  expect(printable(Buffer.from("x".repeat(80)))).toBe("x".repeat(80));
  expect(printable(Buffer.alloc(10_000_000, "x"))).toBe(`${"x".repeat(80)}…`);
  expect(printable(Buffer.from("世".repeat(100)))).toBe(`${"世".repeat(80)}…`);
  expect(printable(Buffer.from("😀".repeat(80)))).toBe("😀".repeat(80));
  expect(printable(Buffer.from("😀".repeat(81)))).toBe(`${"😀".repeat(80)}…`);
  expect(printable(Buffer.from(`${"x".repeat(79)}😀😀`))).toBe(`${"x".repeat(79)}😀…`);
});

test("never lets a control character through, and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(printable(Buffer.from(bytes))).not.toMatch(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u);
    }),
    { numRuns: 1000 },
  );
});
