import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { startHealthFile } from "./health.js";

let folder = "";
beforeEach(() => {
  jest.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), "health-"));
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

test("keeps the file fresh, and removes it in the end", () => {
  const file = join(folder, "healthy");
  const longAgo = new Date(0);
  {
    using _ = startHealthFile(file);
    for (let second = 0; second < 3; second++) {
      utimesSync(file, longAgo, longAgo);
      jest.advanceTimersByTime(1000);
      expect(statSync(file).mtimeMs).toBeGreaterThan(0);
    }
  }
  expect(existsSync(file)).toBe(false);
  jest.advanceTimersByTime(5000);
  expect(existsSync(file)).toBe(false);
});

test("is stopped by nothing that happens to the file later", () => {
  const sub = join(folder, "sub");
  mkdirSync(sub);
  const file = join(sub, "healthy");
  {
    using _ = startHealthFile(file);
    rmSync(sub, { recursive: true });
    jest.advanceTimersByTime(3000);
    mkdirSync(sub);
    jest.advanceTimersByTime(1000);
    expect(existsSync(file)).toBe(true);
  }
});

test("a file that cannot be written is an error at once", () => {
  expect(() => startHealthFile(join(folder, "no", "such", "folder"))).toThrow("ENOENT");
});

test("an empty file, left behind by a role that was killed, is taken over", () => {
  const file = join(folder, "healthy");
  writeFileSync(file, "");
  startHealthFile(file)[Symbol.dispose]();
  expect(existsSync(file)).toBe(false);
});

test.each<[string, (file: string) => void]>([
  ["a file with something in it", (file) => writeFileSync(file, "my data")],
  ["a folder", (file) => mkdirSync(file)],
  ["a link", (file) => symlinkSync("elsewhere", file)],
])("%s is in the way, and stays as it is", (_, make) => {
  const file = join(folder, "healthy");
  make(file);
  const before = lstatSync(file);
  expect(() => startHealthFile(file)).toThrow(`cannot use the health file ${file}: a file is in the way`);
  expect(lstatSync(file)).toEqual(before);
});

test("what has taken the file's place is not removed", () => {
  const file = join(folder, "healthy");
  {
    using _ = startHealthFile(file);
    writeFileSync(file, "my data");
    jest.advanceTimersByTime(3000);
  }
  expect(readFileSync(file, "utf8")).toBe("my data");
});
