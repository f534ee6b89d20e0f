/** What is asked for and cannot be: one line says what it was and where it came from, and nothing is traced. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { role, type RunningProcess } from "process-kit/jest";
import { Pull } from "zeromq";
import { bound } from "../support/sockets.js";

const folder = mkdtempSync(join(tmpdir(), "mistakes-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The one line that a role which cannot begin has logged. */
async function failure(child: RunningProcess): Promise<string> {
  expect(await child.exited()).toEqual({ code: 1, signal: null });
  expect(child.stderr).not.toContain("    at ");
  const lines = child.logged().filter(({ level }) => level >= 50);
  expect(lines).toHaveLength(1);
  return lines[0]?.msg ?? "";
}

describe("status 1 and one line that names the endpoint:", () => {
  for (const name of ["hello-server", "wuserver", "tasksink", "taskvent"]) {
    test(`${name}, address in use`, async () => {
      const { endpoint } = await bound(new Pull());
      expect(await failure(role(name, { bind: endpoint }))).toBe(
        `cannot bind ${endpoint}: address already in use`,
      );
    });
  }

  test.each([
    ["an address of another machine", "tcp://192.0.2.1:5555", "this machine has no such address"],
    ["an unknown interface", "tcp://nosuch0:5555", "this machine has no such address or interface"],
    ["an ipc path without its directory", "ipc:///nosuch/weather.ipc", "no such directory"],
  ])("%s", async (_, endpoint, why) => {
    expect(await failure(role("hello-server", { bind: endpoint }))).toBe(`cannot bind ${endpoint}: ${why}`);
  });

  test("an ipc path that cannot be written", async () => {
    // Root may write anywhere but in /proc
    const denied = process.getuid?.() === 0 ? "/proc" : folder;
    if (denied === folder) chmodSync(folder, 0o500);
    const endpoint = `ipc://${denied}/weather.ipc`;
    const line = await failure(role("wuserver", { bind: endpoint }));
    expect(line).toMatch(new RegExp(`^cannot bind ${endpoint}: (?:permission denied|no such directory)$`));
  });
});

/** Arguments and environment; and what the line must name. */
const WRONG: [name: string, args: string[], env: Record<string, string>, named: string[]][] = [
  ["hello-server", ["--bind", "tcp://*:70000"], {}, ["--bind", "tcp://*:70000", "port 0 to 65535"]],
  ["hello-server", ["--bind", "tcp://*:5x"], {}, ["--bind", "tcp://*:5x"]],
  [
    "hello-server",
    ["--bind", "http://localhost:80"],
    {},
    ["--bind", "http://localhost:80", "tcp://host:port"],
  ],
  ["hello-server", ["--bind", "5555"], {}, ["--bind", "'5555'", "tcp://host:port"]],
  ["hello-server", ["--work", "soon"], {}, ["--work", "'soon'", "integer"]],
  ["hello-server", ["--work", "-1"], {}, ["--work", "'-1'", "integer from 0"]],
  ["hello-server", ["--rate", "1"], {}, ["--rate", "unknown option"]],
  ["hello-server", ["surplus"], {}, ["unexpected argument", "'surplus'"]],
  ["hello-server", [], { HELLO_SERVER_WORK: "1.5" }, ["HELLO_SERVER_WORK", "'1.5'", "integer"]],
  ["hello-server", [], { HELLO_SERVER_BIND: "tcp://*" }, ["HELLO_SERVER_BIND", "tcp://*"]],
  ["hello-server", [], { LOG_LEVEL: "loud" }, ["LOG_LEVEL", "'loud'", "debug"]],
  ["hello-client", ["--connect", "localhost:5555"], {}, ["--connect", "'localhost:5555'"]],
  ["hello-client", ["--retries", "0"], {}, ["--retries", "'0'", "integer from 1"]],
  ["hello-client", ["--timeout", "99999999999"], {}, ["--timeout", "'99999999999'"]],
  ["wuserver", ["--rate", "many"], {}, ["--rate", "'many'"]],
  ["wuclient", ["--updates", "0"], {}, ["--updates", "'0'"]],
  ["taskvent", ["--workers", "two"], {}, ["--workers", "'two'"]],
  ["taskvent", ["--sink", "tcp://:5558"], {}, ["--sink", "tcp://:5558"]],
  ["taskwork", [], { TASKWORK_VENT: "tcp:/localhost:5557" }, ["TASKWORK_VENT", "tcp:/localhost:5557"]],
  ["tasksink", ["--tasks"], {}, ["--tasks", "missing"]],
];

describe("status 2 and one line that names the flag or variable, and the value:", () => {
  test.each(WRONG)("%s %j %j", async (name, args, env, named) => {
    const child = role(name, args, { env });
    expect(await child.exited()).toEqual({ code: 2, signal: null });
    const [line, ...rest] = child.stderr
      .trimEnd()
      .split("\n")
      .filter((text) => text !== "");
    for (const part of named) expect(line).toContain(part);
    expect(rest.join("\n")).toMatch(/^(?:Run with --help to see all options\.)?$/);
    expect(child.stdout).toBe("");
  });
});
