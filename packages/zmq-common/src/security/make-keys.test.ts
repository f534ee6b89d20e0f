import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { CertificateError, parseCertificate } from "./certificates.js";
import { checkKeyName, makeKeys, makeMissingKeys } from "./make-keys.js";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "make-keys-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const read = (...names: string[]) => readFileSync(join(dir, ...names), "utf8");
const posix = process.platform === "win32" ? test.skip : test;

/** All files in the folder, and what they hold. */
const files = () =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(dir, name)).isFile())
    .toSorted()
    .map((name) => [name, read(name)]);

describe("making keys", () => {
  test("writes a public and a secret certificate, and one for the servers to admit", () => {
    const made = makeKeys(dir, "worker", { authorize: true });
    expect(made).toEqual([
      join(dir, "worker_secret"),
      join(dir, "worker"),
      join(dir, "authorized", "worker"),
    ]);
    expect(read("worker")).toContain('name = "worker"');
    expect(read("authorized", "worker")).toBe(read("worker"));
    expect(read("worker")).not.toContain("secret-key");
    expect(parseCertificate(read("worker_secret"))?.publicKey).toBe(
      parseCertificate(read("worker"))?.publicKey,
    );
  });

  test("writes them under pyzmq's names for a name that ends in .key", () => {
    expect(makeKeys(dir, "worker.key", { authorize: true })).toEqual([
      join(dir, "worker.key_secret"),
      join(dir, "worker.key"),
      join(dir, "authorized", "worker.key"),
    ]);
    expect(read("worker.key")).toContain('name = "worker"');
  });

  test("authorizes only whom it is told to", () => {
    makeKeys(dir, "server", { authorize: false });
    expect(readdirSync(join(dir, "authorized"))).toEqual([]);
  });

  posix("keeps the secret to its owner", () => {
    makeKeys(dir, "worker", { authorize: true });
    expect((statSync(join(dir, "worker_secret")).mode & 0o777).toString(8)).toBe("600");
  });

  test("overwrites nothing", () => {
    makeKeys(dir, "worker", { authorize: true });
    const before = read("worker_secret");
    const again = () => makeKeys(dir, "worker", { authorize: true });
    expect(again).toThrow(CertificateError);
    expect(again).toThrow(
      `${join(dir, "worker_secret")} exists; remove it first if its key is to be replaced`,
    );
    expect(read("worker_secret")).toBe(before);
  });

  test("makes no second pair under the other tool's names", () => {
    makeKeys(dir, "worker.key", { authorize: true });
    makeKeys(dir, "sink", { authorize: true });
    expect(() => makeKeys(dir, "worker", { authorize: true })).toThrow("worker.key_secret exists");
    expect(() => makeKeys(dir, "sink.key", { authorize: true })).toThrow("sink_secret exists");
  });

  test.each(["worker", join("authorized", "worker")])(
    "and leaves no half of a pair where %s exists",
    (name) => {
      mkdirSync(join(dir, "authorized"));
      writeFileSync(join(dir, name), "in use");
      expect(() => makeKeys(dir, "worker", { authorize: true })).toThrow(`${join(dir, name)} exists`);
      expect(existsSync(join(dir, "worker_secret"))).toBe(false);
      expect(read(name)).toBe("in use");
    },
  );

  test("nor where one of them cannot be written", () => {
    writeFileSync(join(dir, "authorized"), "");
    expect(() => makeKeys(dir, "worker", { authorize: true })).toThrow(/authorized/);
    expect(readdirSync(dir)).toEqual(["authorized"]);
  });

  posix("a link that leads nowhere is in use, too", () => {
    symlinkSync("nowhere", join(dir, "worker"));
    expect(() => makeKeys(dir, "worker", { authorize: true })).toThrow("worker exists");
    expect(readdirSync(dir)).toEqual(["worker"]);
  });
});

describe("a name", () => {
  test.each(["worker", "worker-in-paris", "7", "ann@example.org", "worker.key", "Müller", "工人"])(
    "is %s",
    (name) => {
      expect(checkKeyName(name)).toBe(name);
      expect(makeKeys(dir, name, { authorize: true })).toHaveLength(3);
    },
  );

  test.each([
    "",
    " ",
    ".",
    "..",
    "../evil",
    "/tmp/evil",
    "a/b",
    "a\\b",
    "-a",
    ".hidden",
    "a b",
    'a"b',
    "a\nb",
    "a\0b",
    "a:b",
    "authorized",
    "Authorized",
    "authorized.key",
    "a_secret",
    "a.key_secret",
    "a_secret.key",
    ".key",
    "a".repeat(201),
  ])("is not %j", (name) => {
    expect(() => checkKeyName(name)).toThrow(CertificateError);
    expect(() => makeKeys(dir, name, { authorize: true })).toThrow(/^expected a name .*; got '/);
    expect(() => makeMissingKeys(dir, name, { authorize: true }, pino({ level: "silent" }))).toThrow(
      CertificateError,
    );
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("making the keys that are missing", () => {
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(String(JSON.parse(line).msg)) });
  const makeMissing = (name: string) => makeMissingKeys(dir, name, { authorize: true }, log);
  beforeEach(() => {
    logged.length = 0;
  });

  test("makes a pair", () => {
    expect(makeMissing("worker")).toHaveLength(3);
    expect(logged).toEqual([]);
  });

  test("leaves one that is there, and says so", () => {
    makeMissing("worker");
    const before = files();
    expect(makeMissing("worker")).toEqual([]);
    expect(makeMissing("worker.key")).toEqual([]);
    expect(files()).toEqual(before);
    const secret = join(dir, "worker_secret");
    expect(logged).toEqual(
      ["worker", "worker.key"].map(
        (name) => `left ${name} as it is: ${secret} exists; to replace its key, remove its files first`,
      ),
    );
  });

  test("writes a missing public certificate again, of the same key", () => {
    makeMissing("worker");
    const before = read("worker");
    rmSync(join(dir, "worker"));
    expect(makeMissing("worker")).toEqual([join(dir, "worker")]);
    expect(read("worker")).toBe(before);
  });

  test("admits nobody whose certificate has been removed", () => {
    makeMissing("worker");
    rmSync(join(dir, "authorized", "worker"));
    expect(makeMissing("worker")).toEqual([]);
    expect(readdirSync(join(dir, "authorized"))).toEqual([]);
  });

  test.each(["worker", "worker.key_secret", join("authorized", "worker.key")])(
    "leaves a name that has nothing but %s",
    (name) => {
      mkdirSync(join(dir, "authorized"));
      writeFileSync(join(dir, name), "of somebody else");
      expect(makeMissing("worker")).toEqual([]);
      expect(files()).toEqual([[name, "of somebody else"]]);
      expect(logged).toHaveLength(1);
    },
  );
});
