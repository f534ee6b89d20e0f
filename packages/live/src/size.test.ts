import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const WORDS = ["en.js", "zh.js"];

test.each(WORDS)("the page weighs at most 40 kB, with %s", (words) => {
  const folder = new URL("../dist/page/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file === words || !WORDS.includes(file));
  const sizes = files.map((file) => gzipSync(readFileSync(new URL(file, folder))).length);
  expect(sizes.length).toBe(5);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(40_000);
});
