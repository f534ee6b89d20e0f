import { expect, test } from "@jest/globals";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

test("the page weighs at most 40 kB", () => {
  const folder = new URL("../dist/page/", import.meta.url);
  const sizes = readdirSync(folder).map((file) => gzipSync(readFileSync(new URL(file, folder))).length);
  expect(sizes.length).toBe(4);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(40_000);
});
