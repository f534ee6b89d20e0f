/** Lists and words on the command line and in the environment, as people write them. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { eventually, freePort, role } from "process-kit/jest";
import { Publisher, XPublisher } from "zeromq";
import { bound, receive } from "../support/sockets.js";

const folder = mkdtempSync(join(tmpdir(), "spellings-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("--bind takes its default as --help prints it", async () => {
  const help = role("wuserver", ["--help"]);
  await help.done();
  const [, printed = ""] = /\(default:\s+(tcp.*?), env/s.exec(help.stdout) ?? [];
  const list = printed.replaceAll(/\s+/g, " ").replace("5556", String(await freePort()));
  expect(list).toMatch(/^tcp:\/\/\*:\d+, ipc:\/\/weather\.ipc$/);

  const server = role("wuserver", { bind: list }, { cwd: folder });
  await server.untilLogged(/^publishing on tcp:\S+, ipc:\/\/weather\.ipc$/);
  expect(existsSync(join(folder, "weather.ipc"))).toBe(true);
  await server.stop();
});

test.each([
  [
    "a blank behind the comma",
    (port: number, other: number) => `tcp://127.0.0.1:${port}, tcp://127.0.0.1:${other}`,
  ],
  [
    "a comma at the end",
    (port: number, other: number) => `tcp://127.0.0.1:${port},tcp://127.0.0.1:${other},`,
  ],
  ["lines", (port: number, other: number) => `\n  tcp://127.0.0.1:${port}\n  tcp://127.0.0.1:${other}\n`],
])("a list of endpoints may have %s", async (_, write) => {
  const list = write(await freePort(), await freePort());
  for (const [options, env] of [
    [{ bind: list }, {}],
    [{}, { HELLO_SERVER_BIND: list }],
  ] as const) {
    const server = role("hello-server", options, { env });
    await server.untilLogged(/^waiting for requests on tcp:\S+, tcp:\S+$/);
    await server.stop();
  }
});

test.each([
  ["INFO", "JSON", /^\{"level":40,[^]*^\{"level":30,/m],
  ["Debug", "Text", /^\[[\d:.]+\] WARN: [^]*^\[[\d:.]+\] INFO: /m],
  ["WARNING", "json", /^(?:\{"level":40,.*\n)+$/],
  ["Critical", "json", /^$/],
])("the log may be asked for as LOG_LEVEL=%s LOG_FORMAT=%s", async (level, format, expected) => {
  const file = join(folder, "up");
  const env = { LOG_LEVEL: level, LOG_FORMAT: format };
  const server = role("hello-server", { bind: [`tcp://*:${await freePort()}`, `ipc://${file}`] }, { env });
  await eventually(() => existsSync(file), "a server");
  await server.stop();
  expect(server.stderr).toMatch(expected);
});

test.each([
  ["", "10001 "],
  ['""', ""],
  ["10001 ,9", "10001 ", "9"],
  ["10001 , 9,", "10001 ", "9"],
  ['"1,0","--updates", ""', "1,0", "--updates", ""],
])("WUCLIENT_FILTERS=%s subscribes to %j", async (variable, ...filters) => {
  const { socket, endpoint } = await bound(new XPublisher());
  role("wuclient", { connect: endpoint }, { env: { WUCLIENT_FILTERS: variable } });
  const subscriptions: string[] = [];
  for (const _ of filters) {
    const [frame] = await receive(socket);
    subscriptions.push(frame?.toString("utf8", 1) ?? "");
  }
  expect(subscriptions.toSorted()).toEqual(filters.toSorted());
});

test("what looks like a flag is no filter", async () => {
  const { endpoint } = await bound(new Publisher());
  for (const args of [
    ["--connect", endpoint, "--", "--updates", "5"],
    ["--connect", endpoint, "\u2013\u2013updates", "5"],
  ]) {
    const client = role("wuclient", args);
    expect(await client.exited()).toEqual({ code: 2, signal: null });
    expect(client.stderr).toMatch(
      /updates' is invalid .* flags begin with two hyphens, and go before `--`\n/,
    );
  }
});
