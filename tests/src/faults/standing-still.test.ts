/** Whoever reads what a role prints and logs stands still: a terminal after Ctrl-S, a pager. That stops no role. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  describeWith,
  eventually,
  freeEndpoint,
  role,
  type RoleStartOptions,
  type RunningProcess,
} from "process-kit/jest";
import { Pull, Push, Reply, Request } from "zeromq";
import { bound, connected, receive } from "../support/sockets.js";

/** A second, of which Node takes some to end; the rest is for a busy machine. */
const A_SECOND = 1500;

const CTRL_S = "\x13";
const CTRL_Q = "\x11";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "standing-still-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts hello-server, and has it serve: requests are answered, and its health file is kept fresh. */
async function serves(server: RunningProcess, endpoint: string, healthFile: string): Promise<void> {
  const client = connected(new Request(), endpoint);
  for (let n = 0; n < 100; n++) {
    await client.send(`request ${n}`);
    await receive(client);
  }
  const { mtimeMs } = statSync(healthFile);
  await eventually(() => statSync(healthFile).mtimeMs > mtimeMs, "a fresh health file");
  expect(server.exit).toBeUndefined();
}

const allLines = (end: string) =>
  Array.from({ length: 100 }, (_, n) => `Received request ${n}${end}`).join("");

describeWith("pyzmq", "a terminal that stands still", () => {
  /** Starts it once the terminal stands still. */
  const onStillTerminal = (redirection: string): RoleStartOptions => ({
    terminal: true,
    via: ["sh", "-c", `read -r _; exec "$@" ${redirection}`, "sh"],
  });

  const stop = (child: RunningProcess) => child.write(`${CTRL_S}\n`);

  test.each<[string, string, Record<string, string>]>([
    ["what it prints", "", {}],
    ["what it prints and logs as JSON", "2>&1", { LOG_FORMAT: "json", LOG_LEVEL: "trace" }],
    ["what it prints and logs as text", "2>&1", { LOG_FORMAT: "text", LOG_LEVEL: "trace" }],
  ])("stops no role, and gets the rest when it goes on: %s", async (_, redirection, env) => {
    const [endpoint, healthFile] = [await freeEndpoint(), join(folder, "healthy")];
    const options = { ...onStillTerminal(redirection), env };
    const server = role("hello-server", { bind: endpoint, work: 0, healthFile }, options);
    stop(server);
    await serves(server, endpoint, healthFile);
    expect(server.stdout).not.toContain("Received");

    server.write(CTRL_Q);
    await server.until(/Received request 99\r\n/);
    const printed = server.stdout.split("\r\n").filter((line) => line.startsWith("Received"));
    expect(printed).toEqual(allLines("\n").trimEnd().split("\n"));
    await server.stop(A_SECOND);
  });

  test.each<[string, string]>([
    ["what it prints", ""],
    ["what it prints and logs", "2>&1"],
  ])("keeps no role from ending within a second: %s", async (_, redirection) => {
    const [endpoint, healthFile] = [await freeEndpoint(), join(folder, "healthy")];
    const server = role(
      "hello-server",
      { bind: endpoint, work: 0, healthFile },
      onStillTerminal(redirection),
    );
    stop(server);
    await serves(server, endpoint, healthFile);
    await server.stop(A_SECOND);
    if (redirection === "") expect(server.logLines(/^ended before all output was read$/)).toHaveLength(1);
  });

  test("drops what does not fit, and says how much", async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", { bind: endpoint, work: 0 }, onStillTerminal(""));
    stop(server);
    const client = connected(new Request(), endpoint);
    const requests = 15_000;
    for (let n = 0; n < requests; n++) {
      await client.send("x".repeat(80));
      await receive(client);
    }
    server.write(CTRL_Q);
    await server.untilLogged(/^output was dropped: it was not read$/);
    const dropped = server.logLines(/^output was dropped/)[0]?.["count"] as number;
    expect(dropped).toBeGreaterThan(1000);
    const printed = () => server.stdout.match(/Received x{80}\r\n/g)?.length;
    await eventually(
      () => printed() === requests - dropped,
      () => `${dropped} dropped, ${printed()} printed`,
    );

    // What comes afterwards is printed as ever
    await client.send("y");
    await receive(client);
    await server.until(/Received y\r\n$/);
    await server.stop(A_SECOND);
  });

  test("gets all that was printed by a role that is done, which waits for it", async () => {
    const { socket, endpoint } = await bound(new Reply());
    const client = role("hello-client", { connect: endpoint, requests: 3 }, onStillTerminal(""));
    stop(client);
    for (let n = 0; n < 3; n++) {
      await receive(socket);
      await socket.send("World");
    }
    client.write(CTRL_Q);
    await client.done();
    expect(client.stdout).toContain("Sending Hello 2...\r\nReceived World 2\r\n");
  });

  test("keeps no role that is done from being ended", async () => {
    const { socket, endpoint } = await bound(new Reply());
    const client = role("hello-client", { connect: endpoint, requests: 1 }, onStillTerminal(""));
    stop(client);
    await receive(socket);
    await socket.send("World");
    await client.stop(A_SECOND);
  });

  test("gets the help when it goes on", async () => {
    const server = role("hello-server", ["--help"], onStillTerminal(""));
    stop(server);
    server.write(CTRL_Q);
    await server.done();
    expect(server.stdout).toContain("--health-file");
  });

  test("keeps no role from being ended that waits for it with its help", async () => {
    // Tells when the help waits
    const program = `const timer = setInterval(() => {
      if (process.stdout.writableLength === 0) return;
      console.error("waiting");
      clearInterval(timer);
    }, 1).unref()`;
    const nodeArgs = ["--import", `data:text/javascript,${encodeURIComponent(program)}`];
    const server = role("hello-server", ["--help"], { ...onStillTerminal(""), nodeArgs });
    stop(server);
    await server.until(/waiting/, { on: "stderr" });
    await server.stop(A_SECOND);
  });

  test("stops no worker", async () => {
    const [{ socket: ventilator, endpoint: vent }, { socket: results, endpoint: sink }] = [
      await bound(new Push()),
      await bound(new Pull()),
    ];
    const worker = role("taskwork", { vent, sink }, onStillTerminal("2>&1"));
    stop(worker);
    for (let n = 0; n < 1000; n++) await ventilator.send("0");
    for (let n = 0; n < 1000; n++) await receive(results);
    await worker.stop(A_SECOND);
  });
});

(process.platform === "win32" ? describe.skip : describe)("a pipe that nobody reads", () => {
  /** A named pipe that is full; whatever is written to it waits. */
  function fullPipe(): { path: string; read: () => string } & Disposable {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    // Open for both, so that the writer finds a reader
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const until = (step: () => void) => {
      try {
        for (;;) step();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
    };
    for (const size of [4096, 1]) until(() => writeSync(pipe, "-".repeat(size)));
    return {
      path,
      read() {
        const chunk = Buffer.alloc(65_536);
        let text = "";
        until(() => (text += chunk.toString("utf8", 0, readSync(pipe, chunk))));
        return text.replaceAll("-".repeat(4096), "");
      },
      [Symbol.dispose]: () => closeSync(pipe),
    };
  }

  test.each([
    ["what it prints", '> "$PIPE"'],
    ["what it logs", '2> "$PIPE"'],
    ["both", '> "$PIPE" 2>&1'],
  ])(
    "stops no role, gets the rest when it is read, and keeps no role from ending: %s",
    async (_, redirection) => {
      using pipe = fullPipe();
      const [endpoint, healthFile] = [await freeEndpoint(), join(folder, "healthy")];
      const server = role(
        "hello-server",
        { bind: endpoint, work: 0, healthFile },
        { via: ["sh", "-c", `exec "$@" ${redirection}`, "sh"], env: { PIPE: pipe.path, LOG_LEVEL: "trace" } },
      );
      await serves(server, endpoint, healthFile);

      let text = "";
      const last = redirection.startsWith("2") ? "waiting for requests" : "Received request 99\n";
      await eventually(() => (text += pipe.read()).includes(last), `${last} in the pipe`);
      if (!redirection.startsWith("2")) {
        const printed = text.split("\n").filter((line) => /Received/.test(line));
        expect(printed.map((line) => line.replace(/^-*/, ""))).toEqual(allLines("\n").trimEnd().split("\n"));
      }

      // Full again
      await serves(server, endpoint, healthFile);
      await server.stop(A_SECOND);
    },
  );
});
