/** Output that cannot be written: the documented status, at most one line, and no stack trace. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { freeEndpoint, role, type RunningProcess } from "process-kit/jest";
import { Pull, Request } from "zeromq";
import { bound, connected, receive } from "../support/sockets.js";

const folder = mkdtempSync(join(tmpdir(), "unwritable-output-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command in a shell, `"$@"`; descriptor 4 is a pipe that nobody reads any more. */
const inShell = (script: string) => ({
  via: [
    "bash",
    "-c",
    `trap "" PIPE; exec 4> >(:); while echo 2> /dev/null >&4; do :; done; ${script}`,
    "bash",
  ],
  cwd: folder,
});

const redirected = (redirection: string) => inShell(`"$@" ${redirection}; echo "status $?"`);

/** What its shell has printed, and what has come through to stderr. */
async function outcome(child: RunningProcess): Promise<{ status: number; stderr: string }> {
  await child.done();
  const [, status] = /^status (\d+)$/m.exec(child.stdout) ?? [];
  return { status: Number(status), stderr: child.stderr };
}

const CLOSED = ">&4";
const FULL = "> /dev/full";
/** Only Linux has `/dev/full`. */
const REDIRECTIONS = existsSync("/dev/full") ? [CLOSED, FULL] : [CLOSED];

const ROLES = ["hello-server", "hello-client", "wuserver", "wuclient", "taskvent", "taskwork", "tasksink"];

const onUnix = process.platform === "win32" ? describe.skip : describe;

onUnix("help and versions", () => {
  test.each([...ROLES, "keys", "demo"])("of %s for a closed pipe: status 0, and not a word", async (name) => {
    for (const args of [["--help"], ["--version"]]) {
      expect(await outcome(role(name, args, redirected(CLOSED)))).toEqual({ status: 0, stderr: "" });
    }
  });

  test("for a descriptor that is closed: status 0, and not a word", async () => {
    expect(await outcome(role("hello-server", ["--help"], redirected(">&-")))).toEqual({
      status: 0,
      stderr: "",
    });
  });

  (existsSync("/dev/full") ? test : test.skip)("for a full disk: status 1, and a line", async () => {
    for (const args of [["--help"], ["--version"]]) {
      const { status, stderr } = await outcome(role("hello-server", args, redirected(FULL)));
      expect(status).toBe(1);
      expect(stderr).toBe("hello-server: cannot print: ENOSPC: no space left on device, write\n");
      const both = role("hello-server", args, redirected(`${FULL} 2>&1`));
      expect(await outcome(both)).toEqual({ status: 1, stderr: "" });
    }
  });
});

onUnix("a log that cannot be written", () => {
  test.each([...REDIRECTIONS.map((where) => `2${where}`), "2>&-"])(
    "changes no status (%s)",
    async (where) => {
      const { endpoint } = await bound(new Pull());
      for (const name of ROLES) {
        expect((await outcome(role(name, ["--bogus"], redirected(where)))).status).toBe(2);
      }
      expect((await outcome(role("hello-server", { bind: endpoint }, redirected(where)))).status).toBe(1);
    },
  );

  test.each(REDIRECTIONS)("ends no role (2%s)", async (where) => {
    const endpoint = await freeEndpoint();
    const via = inShell(`exec "$@" 2${where}`);
    const server = role("hello-server", { bind: endpoint, work: 0 }, { ...via, env: { LOG_LEVEL: "trace" } });
    const client = connected(new Request(), endpoint);
    for (let n = 0; n < 3; n++) {
      await client.send("Hello");
      expect(String(await receive(client))).toBe("World");
    }
    await server.stop();
  });
});

onUnix("what a role prints", () => {
  test("to a closed pipe, its log as well, ends it quietly", async () => {
    expect(await outcome(role("keys", ["a"], redirected(`${CLOSED} 2>&4`)))).toEqual({
      status: 0,
      stderr: "",
    });
  });

  (existsSync("/dev/full") ? test : test.skip)("to a full disk, its log as well, is a failure", async () => {
    const { status } = await outcome(role("keys", ["b"], redirected(`${FULL} 2>&1`)));
    expect(status).toBe(1);
  });
});
