import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { AuthorizedKeys } from "./authorized-keys.js";
import { formatCertificate } from "./certificates.js";

let parent = "";
let dir = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "authorized-"));
  dir = join(parent, "authorized");
  mkdirSync(dir);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(parent, { recursive: true });
});

const posix = process.platform === "win32" ? test.skip : test;

/** A key, as valid as any; no number gives the same as another. */
const key = (n: number) => String(n).padStart(40, "0");
const write = (name: string, n: number) =>
  writeFileSync(join(dir, name), formatCertificate(name, { publicKey: key(n) }));

const setTimes = (name: string, time: number) => utimesSync(join(dir, name), time, time);

describe("a key is found", () => {
  test("in the file that holds it", async () => {
    write("one", 1);
    write("two", 2);
    const keys = new AuthorizedKeys(dir);
    expect(await keys.find(key(2))).toBe("two");
    expect(await keys.find(key(1))).toBe("one");
    expect(await keys.find(key(3))).toBeUndefined();
  });

  test("as soon as it is there, and no longer than that", async () => {
    const keys = new AuthorizedKeys(dir);
    for (let n = 0; n < 20; n++) {
      expect(await keys.find(key(n))).toBeUndefined();
      write("client", n);
      expect(await keys.find(key(n))).toBe("client");
      write("client", n + 1000);
      expect(await keys.find(key(n))).toBeUndefined();
      expect(await keys.find(key(n + 1000))).toBe("client");
      rmSync(join(dir, "client"));
      expect(await keys.find(key(n + 1000))).toBeUndefined();
    }
  });

  test("after a change of the same length, at the same time", async () => {
    const keys = new AuthorizedKeys(dir);
    for (const time of [0, 0, 4e9, 4e9]) {
      write("client", 1);
      setTimes("client", time);
      expect(await keys.find(key(1))).toBe("client");
      write("client", 2);
      setTimes("client", time);
      expect(await keys.find(key(1))).toBeUndefined();
      expect(await keys.find(key(2))).toBe("client");
    }
  });

  test("after a change of a file that has been the same for long", async () => {
    // So that what is read is kept at once
    jest.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
    const keys = new AuthorizedKeys(dir);
    write("client", 1);
    write("other", 2);
    expect(await keys.find(key(1))).toBe("client");
    expect(await keys.find(key(3))).toBeUndefined();
    const { ctimeMs } = statSync(join(dir, "client"));
    do write("client", 3);
    while (statSync(join(dir, "client")).ctimeMs === ctimeMs);
    expect(await keys.find(key(1))).toBeUndefined();
    expect(await keys.find(key(3))).toBe("client");
    expect(await keys.find(key(2))).toBe("other");
  });

  test("in another file, when the first is gone", async () => {
    write("one", 1);
    write("two", 1);
    const keys = new AuthorizedKeys(dir);
    const first = (await keys.find(key(1))) ?? "";
    rmSync(join(dir, first));
    expect(await keys.find(key(1))).toBe(first === "one" ? "two" : "one");
  });

  test("under a new name", async () => {
    write("one", 1);
    const keys = new AuthorizedKeys(dir);
    await keys.find(key(1));
    renameSync(join(dir, "one"), join(dir, "two"));
    expect(await keys.find(key(1))).toBe("two");
  });

  test("when the folder comes, and not when it has gone", async () => {
    rmSync(dir, { recursive: true });
    const keys = new AuthorizedKeys(dir);
    for (let n = 0; n < 5; n++) {
      expect(await keys.find(key(n))).toBeUndefined();
      mkdirSync(dir);
      write("client", n);
      expect(await keys.find(key(n))).toBe("client");
      rmSync(dir, { recursive: true });
      expect(await keys.find(key(n))).toBeUndefined();
    }
    writeFileSync(dir, "a file in its place");
    expect(await keys.find(key(1))).toBeUndefined();
  });

  test("in a file that changes all the time, when it is whole", async () => {
    const keys = new AuthorizedKeys(dir);
    write("steady", 1);
    const text = formatCertificate("growing", { publicKey: key(2) });
    for (let length = 0; length < text.length; length += 40) {
      writeFileSync(join(dir, "growing"), text.slice(0, length));
      expect(await keys.find(key(2))).toBeUndefined();
      expect(await keys.find(key(1))).toBe("steady");
    }
    writeFileSync(join(dir, "growing"), text);
    expect(await keys.find(key(2))).toBe("growing");
  });

  posix("behind a link, as long as it leads there", async () => {
    const keys = new AuthorizedKeys(dir);
    for (const n of [1, 2]) {
      mkdirSync(join(parent, `version-${n}`));
      writeFileSync(
        join(parent, `version-${n}`, "client"),
        formatCertificate("client", { publicKey: key(n) }),
      );
    }
    symlinkSync("version-1", join(parent, "data"));
    symlinkSync("../data/client", join(dir, "client"));
    expect(await keys.find(key(1))).toBe("client");
    symlinkSync("version-2", join(parent, "next"));
    renameSync(join(parent, "next"), join(parent, "data"));
    expect(await keys.find(key(1))).toBeUndefined();
    expect(await keys.find(key(2))).toBe("client");
  });
});

describe("a key is not found", () => {
  test.each([".hidden", "client_secret", "client.key_secret"])("in %s", async (name) => {
    write(name, 1);
    expect(await new AuthorizedKeys(dir).find(key(1))).toBeUndefined();
  });

  test("in a subfolder", async () => {
    mkdirSync(join(dir, "sub"));
    write(join("sub", "client"), 1);
    expect(await new AuthorizedKeys(dir).find(key(1))).toBeUndefined();
  });

  test("as no key at all", async () => {
    writeFileSync(join(dir, "empty"), "");
    expect(await new AuthorizedKeys(dir).find("")).toBeUndefined();
  });
});

posix("files of any type, size and permission beside it do not keep a key from being found", async () => {
  const keys = new AuthorizedKeys(dir);
  const path = (name: string) => join(dir, name);
  mkdirSync(path("a-folder"));
  mkdirSync(path("a-locked-folder"), { mode: 0 });
  execFileSync("mkfifo", [path("a-pipe")]);
  await using server = createServer();
  await once(server.listen(path("a-socket")), "listening");
  for (const [name, target] of [
    ["a-broken-link", "nowhere"],
    ["a-circle", "a-circle"],
    ["a-link-to-a-pipe", "a-pipe"],
    ["a-link-to-a-folder", "."],
    ["a-link-to-a-device", "/dev/zero"],
    ["a-link-to-a-terminal", "/dev/tty"],
  ] as const) {
    symlinkSync(target, path(name));
  }
  writeFileSync(path("an-empty-file"), "");
  writeFileSync(path("a-binary-file"), Buffer.from([0xff, 0, 1, 0xfe, 10, 0xc0]));
  writeFileSync(path("an-unreadable-file"), formatCertificate("x", { publicKey: key(2) }));
  chmodSync(path("an-unreadable-file"), 0);
  write("a-huge-file", 3);
  truncateSync(path("a-huge-file"), 1024 ** 4);
  writeFileSync(path("a-long-file"), `curve\n public-key = ${" ".repeat(65_000)}\u2028"`);
  writeFileSync(path("many-lines"), "a\n".repeat(32_000));
  writeFileSync(path("n".repeat(255)), "a long name");
  writeFileSync(path("a name\nin two lines"), "an odd name");
  write("client", 1);

  expect(await keys.find(key(1))).toBe("client");
  expect(await keys.find(key(3))).toBeUndefined();
  appendFileSync(path("a-binary-file"), formatCertificate("x", { publicKey: key(4) }));
  expect(await keys.find(key(4))).toBe("a-binary-file");
});

describe("of many files", () => {
  const MANY = 5000;
  beforeEach(() => {
    for (let n = 0; n < MANY; n++) write(`client-${n}`, n);
  });

  test("all are found among a thousand unknown keys, and the event loop is not held up", async () => {
    const keys = new AuthorizedKeys(dir);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    const unknown = Array.from({ length: 1000 }, (_, n) => keys.find(key(MANY + n)));
    const clients = Array.from({ length: MANY }, (_, n) => keys.find(key(n)));
    expect(await Promise.all(clients)).toEqual(Array.from({ length: MANY }, (_, n) => `client-${n}`));
    clearInterval(timer);
    // To read them all takes more than ten slices
    expect(turns).toBeGreaterThan(5);
    expect(new Set(await Promise.all(unknown))).toEqual(new Set([undefined]));
  });

  test("a known key does not wait for the search for an unknown one", async () => {
    const keys = new AuthorizedKeys(dir);
    await keys.find(key(0));
    let done = false;
    const unknown = keys.find(key(MANY)).finally(() => (done = true));
    for (let n = 0; n < 100; n++) expect(await keys.find(key(n))).toBe(`client-${n}`);
    expect(done).toBe(false);
    expect(await unknown).toBeUndefined();
  });
});
