import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { capability, Pull, Push } from "zeromq";
import { bindEndpoints } from "./connecting.js";
import { socketFile } from "./ipc.js";

test.each([
  ["ipc://weather.ipc", "weather.ipc"],
  ["ipc:///run/weather.ipc", "/run/weather.ipc"],
  ["ipc://@weather", undefined],
  ["ipc://*", undefined],
  ["tcp://*:5556", undefined],
  ["inproc://weather", undefined],
])("the file of %s is %s", (endpoint, file) => {
  expect(socketFile(endpoint)).toBe(file);
});

(capability.ipc ? describe : describe.skip)("binding to a file", () => {
  let folder = "";
  let path = "";
  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), "ipc-"));
    path = join(folder, "weather.ipc");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function serve(file: string): Promise<Server> {
    const server = createServer((connection) => connection.destroy());
    await once(server.listen(file), "listening");
    return server;
  }

  /** A socket as a process that was killed leaves it behind. */
  async function makeStale(file: string): Promise<void> {
    const server = await serve(`${file}.tmp`);
    linkSync(`${file}.tmp`, file);
    await once(server.close(), "close");
  }

  const bind = async () => {
    const pull = new Pull({ receiveTimeout: 5000 });
    try {
      await bindEndpoints(pull, [`ipc://${path}`]);
      return pull;
    } catch (error) {
      pull.close();
      throw error;
    }
  };

  async function works(pull: Pull): Promise<void> {
    using push = new Push({ linger: 0 });
    push.connect(`ipc://${path}`);
    await push.send("there");
    expect(String(await pull.receive())).toBe("there");
  }

  test.each<[string, () => void]>([
    ["a file", () => writeFileSync(path, "my data")],
    ["an empty file", () => writeFileSync(path, "")],
    ["a folder", () => mkdirSync(path)],
    [
      "a link to a file",
      () => symlinkSync("elsewhere", (writeFileSync(join(folder, "elsewhere"), "my data"), path)),
    ],
    ["a link to nothing", () => symlinkSync("nowhere", path)],
  ])("touches nothing that is no socket: %s", async (_, make) => {
    make();
    const before = lstatSync(path);
    await expect(bind()).rejects.toThrow(`cannot bind ipc://${path}: a file is in the way`);
    expect(lstatSync(path)).toEqual(before);
    if (before.isFile() && before.size > 0) expect(readFileSync(path, "utf8")).toBe("my data");
  });

  test("touches no link to a socket", async () => {
    await makeStale(join(folder, "elsewhere"));
    symlinkSync("elsewhere", path);
    await expect(bind()).rejects.toThrow("a file is in the way");
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  test("leaves a socket that somebody serves, of ZeroMQ or not", async () => {
    const server = await serve(path);
    await expect(bind()).rejects.toThrow(`cannot bind ipc://${path}: address already in use`);
    await once(server.close(), "close");

    using first = await bind();
    await expect(bind()).rejects.toThrow(`cannot bind ipc://${path}: address already in use`);
    await works(first);
  });

  test("replaces a socket that a dead process has left behind", async () => {
    await makeStale(path);
    using pull = await bind();
    await works(pull);
  });

  // Only Linux has the lock for it
  (process.platform === "linux" ? test : test.skip)("succeeds for one of many at the same time", async () => {
    await makeStale(path);
    const attempts = await Promise.allSettled(Array.from({ length: 10 }, bind));
    const bound = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    const reasons = attempts.flatMap((attempt) =>
      attempt.status === "rejected" ? [attempt.reason as Error] : [],
    );
    expect(bound).toHaveLength(1);
    for (const { message } of reasons) expect(message).toContain("address already in use");
    for (const pull of bound) {
      await works(pull);
      pull[Symbol.dispose]();
    }
    expect(existsSync(path)).toBe(false);
  });
});
