import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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

test("names the files as pyzmq does for names that end in .key", async () => {
  await using run = startRole(keys, { names: ["wuserver.key", "wuclient.key"], dir });
  await run.done;
  expect(readdirSync(dir).toSorted()).toEqual([
    "authorized",
    "wuclient.key",
    "wuclient.key_secret",
    "wuserver.key",
    "wuserver.key_secret",
  ]);
  expect(readdirSync(join(dir, "authorized"))).toEqual(["wuclient.key"]);
});

test("overwrites no key, says so, and makes the others", async () => {
  await using first = startRole(keys, { names: ["taskwork"], dir });
  await first.done;
  const before = readFileSync(join(dir, "taskwork_secret"), "utf8");
  await using again = startRole(keys, { names: ["taskwork", "taskvent"], dir });
  await again.done;
  expect(readFileSync(join(dir, "taskwork_secret"), "utf8")).toBe(before);
  expect(again.logged.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/^left taskwork as it is: .*taskwork_secret exists/),
  ]);
  expect(again.printed).toBe(
    ["taskvent_secret", "taskvent", join("authorized", "taskvent")]
      .map((file) => `${join(dir, file)}\n`)
      .join(""),
  );
});
