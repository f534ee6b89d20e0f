import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { keepFresh } from "./health.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "health-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("keeps the file fresh, and removes it in the end", async () => {
  const file = join(folder, "healthy");
  {
    using _ = keepFresh(file);
    const first = statSync(file).mtimeMs;
    const deadline = performance.now() + 5000;
    while (statSync(file).mtimeMs === first && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(statSync(file).mtimeMs).toBeGreaterThan(first);
  }
  expect(existsSync(file)).toBe(false);
});

test("a file that cannot be written is an error at once", () => {
  expect(() => keepFresh(join(folder, "no", "such", "folder"))).toThrow("ENOENT");
});
