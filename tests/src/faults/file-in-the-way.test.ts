/** What has the path of an ipc endpoint or of the health file already, and a folder that cannot be written. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { describeWith, freeEndpoint, role, type RunningProcess } from "process-kit/jest";
import { Request, Subscriber } from "zeromq";
import { connected, receive } from "../support/sockets.js";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "in-the-way-"));
  path = join(folder, "weather.ipc");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The one line that a role which cannot begin has logged. */
async function failure(child: RunningProcess): Promise<string> {
  expect(await child.exited()).toEqual({ code: 1, signal: null });
  const lines = child.logged().filter(({ level }) => level >= 50);
  expect(lines).toHaveLength(1);
  return lines[0]?.msg ?? "";
}

async function isServed(endpoint: string): Promise<void> {
  const client = connected(new Request(), endpoint);
  await client.send("Hello");
  expect(String(await receive(client))).toBe("World");
  client.close();
}

const KINDS: [string, () => void][] = [
  ["a file", () => writeFileSync(path, "my data\n")],
  ["a folder", () => mkdirSync(path)],
  ["a link to a file", () => symlinkSync(import.meta.filename, path)],
];

(process.platform === "win32" ? describe.skip : describe)("what is no socket", () => {
  test.each(KINDS)("is never touched by a server: %s", async (_, make) => {
    make();
    const before = lstatSync(path);
    for (const name of ["hello-server", "wuserver", "taskvent", "tasksink"]) {
      expect(await failure(role(name, { bind: `ipc://${path}` }))).toBe(
        `cannot bind ipc://${path}: a file is in the way`,
      );
    }
    // However it is written, and whatever else is bound
    const options = { bind: [await freeEndpoint(), "ipc://weather.ipc"] };
    expect(await failure(role("wuserver", options, { cwd: folder }))).toContain("a file is in the way");
    expect(lstatSync(path)).toEqual(before);
    if (before.isFile()) expect(readFileSync(path, "utf8")).toBe("my data\n");
  });

  test.each(KINDS)("is never touched as the health file: %s", async (_, make) => {
    make();
    const before = lstatSync(path);
    const server = role("hello-server", { bind: await freeEndpoint(), healthFile: path });
    expect(await failure(server)).toBe(`cannot use the health file ${path}: a file is in the way`);
    expect(lstatSync(path)).toEqual(before);
  });
});

(process.platform === "win32" ? describe.skip : describe)("a socket", () => {
  test("that somebody serves is left alone: the first server goes on, and its file stays", async () => {
    const endpoint = `ipc://${path}`;
    const first = role("hello-server", { bind: endpoint, work: 0 });
    await first.untilLogged(/^waiting for requests/);
    for (const name of ["hello-server", "wuserver"]) {
      expect(await failure(role(name, { bind: endpoint }))).toBe(
        `cannot bind ${endpoint}: address already in use`,
      );
      await isServed(endpoint);
    }
    await first.stop();
    expect(existsSync(path)).toBe(false);
  });

  test("that a server has left behind which was killed is replaced", async () => {
    const endpoint = `ipc://${path}`;
    const options = { bind: endpoint, work: 0, healthFile: join(folder, "healthy") };
    const first = role("hello-server", options);
    await first.untilLogged(/^waiting for requests/);
    await first.end("SIGKILL");
    expect([path, options.healthFile].filter((file) => existsSync(file))).toHaveLength(2);

    const second = role("hello-server", options);
    await isServed(endpoint);
    await second.stop();
    expect([path, options.healthFile].filter((file) => existsSync(file))).toEqual([]);
  });

  // Only Linux has the lock for it
  (process.platform === "linux" ? test : test.skip)(
    "goes to one of several servers that begin at the same time",
    async () => {
      const endpoint = `ipc://${path}`;
      const servers = Array.from({ length: 4 }, () => role("hello-server", { bind: endpoint, work: 0 }));
      const ends = servers.map((server) =>
        Promise.race([server.untilLogged(/^waiting for/).then(() => server), server.exited()]),
      );
      const outcomes = await Promise.all(ends);
      const serving = servers.filter((server) => server.exit === undefined);
      expect(outcomes).toHaveLength(servers.length);
      expect(serving).toHaveLength(1);
      await isServed(endpoint);
      for (const server of servers.filter(({ exit }) => exit !== undefined)) {
        expect(await failure(server)).toContain("address already in use");
      }
    },
  );
});

describeWith("netns", "the default endpoints of wuserver", () => {
  /** In a network of its own, where nobody has their port; and in the folder, which can be made read-only. */
  const isolated = (readOnly: boolean) => ({
    via: [
      "unshare",
      "--net",
      "--mount",
      "sh",
      "-c",
      `${readOnly ? 'mount -t tmpfs -o ro none "$FOLDER" && ' : ""} cd "$FOLDER" && exec "$@"`,
      "sh",
    ],
    env: { FOLDER: folder },
  });

  test("are a TCP port and a file", async () => {
    const server = role("wuserver", { rate: 100 }, isolated(false));
    await server.untilLogged(/^publishing on tcp:\/\/0\.0\.0\.0:5556, ipc:\/\/weather\.ipc$/);
    const subscriber = new Subscriber();
    subscriber.subscribe("");
    expect(await receive(connected(subscriber, `ipc://${path}`))).toHaveLength(1);
    await server.stop();
  });

  test("are served as far as they can be, in a folder that cannot be written", async () => {
    const server = role("wuserver", {}, isolated(true));
    await server.untilLogged(/^publishing on tcp:\/\/0\.0\.0\.0:5556$/);
    const [warning] = server.logLines(/^cannot bind/);
    expect(warning?.level).toBe(40);
    expect(warning?.msg).toMatch(/^cannot bind ipc:\/\/weather\.ipc: .*; going on without it$/);
    await server.stop();
  });

  test("are not what was asked for: one of these that cannot be bound is an error", async () => {
    for (const [options, env] of [
      [{ bind: ["tcp://*:5556", "ipc://weather.ipc"] }, {}],
      [{}, { WUSERVER_BIND: "tcp://*:5556,ipc://weather.ipc" }],
    ] as const) {
      const { via, env: folderEnv } = isolated(true);
      const server = role("wuserver", options, { via, env: { ...folderEnv, ...env } });
      expect(await failure(server)).toContain("cannot bind ipc://weather.ipc");
    }
  });

  test("are an error with a file in the way, which stays", async () => {
    writeFileSync(path, "my data\n");
    expect(await failure(role("wuserver", {}, isolated(false)))).toBe(
      "cannot bind ipc://weather.ipc: a file is in the way",
    );
    expect(readFileSync(path, "utf8")).toBe("my data\n");
  });
});
