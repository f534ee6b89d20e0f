/** The keys tool: it makes what is missing, leaves what is there, and writes nowhere else. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { role } from "process-kit/jest";

let folder = "";
let dir = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "making-keys-"));
  dir = join(folder, "curve");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const makeKeys = (...names: string[]) => role("keys", { names, dir });
/** What it prints when it makes a pair. */
const printed = (name: string) =>
  [`${name}_secret`, name, join("authorized", name)].map((file) => `${join(dir, file)}\n`).join("");

test("of several names it makes those that are missing, and says which it left", async () => {
  await makeKeys("a").done();
  const before = readFileSync(join(dir, "a_secret"), "utf8");
  const again = makeKeys("a", "b");
  await again.done();
  expect(again.stdout).toBe(printed("b"));
  expect(again.logged().map(({ msg }) => msg)).toEqual([
    `left a as it is: ${join(dir, "a_secret")} exists; to replace its key, remove its files first`,
  ]);
  expect(readFileSync(join(dir, "a_secret"), "utf8")).toBe(before);
});

test("a client that was removed from the authorized ones stays removed", async () => {
  await makeKeys().done();
  rmSync(join(dir, "authorized", "hello-client"));
  const again = makeKeys();
  await again.done();
  expect(again.stdout).toBe("");
  expect(again.logLines(/^left /)).toHaveLength(11);
  expect(existsSync(join(dir, "authorized", "hello-client"))).toBe(false);
});

test.each(["../evil", "/tmp/evil", "a/b", "", " ", ".", "..", "a_secret", "authorized", 'a"b', "a\nb"])(
  "%j is not a name: status 2, and nothing is made, for the valid names neither",
  async (name) => {
    const run = makeKeys("good", name);
    expect(await run.exited()).toEqual({ code: 2, signal: null });
    expect(run.stderr).toContain("expected a name of letters, digits,");
    expect(run.stdout).toBe("");
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("the same names in the environment are checked too", async () => {
  const run = role("keys", { dir }, { env: { KEYS_NAMES: "good,../evil" } });
  expect(await run.exited()).toEqual({ code: 2, signal: null });
  expect(readdirSync(folder)).toEqual([]);
});

test("a file in the way is named, and no part of a pair is left", async () => {
  mkdirSync(join(dir, "authorized", "a"), { recursive: true });
  const left = makeKeys("a");
  await left.done();
  expect(left.logLines(/^left a as it is: .*authorized.a exists/)).toHaveLength(1);
  expect(readdirSync(dir)).toEqual(["authorized"]);

  rmSync(dir, { recursive: true });
  mkdirSync(dir);
  writeFileSync(join(dir, "authorized"), "");
  const failed = makeKeys("a");
  expect(await failed.exited()).toEqual({ code: 1, signal: null });
  expect(failed.logged().at(-1)?.msg).toContain(join(dir, "authorized"));
  expect(readdirSync(dir)).toEqual(["authorized"]);
});
