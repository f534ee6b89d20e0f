import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { startRole } from "zmq-common/testing";
import { keys } from "./keys.js";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "keys-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

test("makes a key pair for each name, and says which files it wrote", async () => {
  await using run = startRole(keys, { names: ["wuserver", "wuclient"], dir });
  await run.done;
  expect(readdirSync(dir).toSorted()).toEqual([
    "authorized",
    "wuclient",
    "wuclient_secret",
    "wuserver",
    "wuserver_secret",
  ]);
  expect(run.printed.split("\n").filter((line) => line !== "")).toEqual(
    ["wuserver_secret", "wuserver", "wuclient_secret", "wuclient", join("authorized", "wuclient")].map(
      (file) => join(dir, file),
    ),
  );
});

test("a server that only binds is not authorized anywhere", async () => {
  await using run = startRole(keys, {
    names: ["hello-server", "wuserver", "tasksink", "taskvent", "anyone"],
    dir,
  });
  await run.done;
  expect(readdirSync(join(dir, "authorized")).toSorted()).toEqual(["anyone", "taskvent"]);
});

test("overwrites no key", async () => {
  await using first = startRole(keys, { names: ["taskwork"], dir });
  await first.done;
  await using again = startRole(keys, { names: ["taskwork"], dir });
  await expect(again.done).rejects.toThrow(/taskwork_secret exists/);
});
