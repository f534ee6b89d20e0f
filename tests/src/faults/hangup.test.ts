/** SIGHUP, and the terminal that is closed: a role ends in good order, unless nohup has started it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  describeWith,
  eventually,
  freeEndpoint,
  freePort,
  role,
  type RunningProcess,
  type StartOptions,
} from "process-kit/jest";
import { Pull, Push, Reply, Request } from "zeromq";
import { bound, connected, receive } from "../support/sockets.js";

/** A second, of which Node takes some to end; the rest is for a busy machine. */
const A_SECOND = 1500;

let folder = "";
let ipc = "";
let healthFile = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hangup-"));
  ipc = join(folder, "role.ipc");
  healthFile = join(folder, "healthy");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** These tests may have been started by nohup themselves; shells say so in `_`. */
const NO_NOHUP: StartOptions = { env: { _: undefined } };

/** Starts hello-server on a file, and waits until it serves. */
async function startServer(options: StartOptions = NO_NOHUP): Promise<RunningProcess> {
  const server = role("hello-server", { bind: `ipc://${ipc}`, work: 0, healthFile }, options);
  await server.untilLogged(/^waiting for requests/);
  return server;
}

async function isServed(): Promise<void> {
  const client = connected(new Request(), `ipc://${ipc}`);
  await client.send("Hello");
  expect(String(await receive(client))).toBe("World");
}

async function endsInGoodOrder(child: RunningProcess): Promise<void> {
  await child.done(A_SECOND);
  expect(child.stderr).not.toMatch(/"level":[56]0|    at |Assertion/);
  expect([ipc, healthFile].filter((file) => existsSync(file))).toEqual([]);
}

(process.platform === "win32" ? describe.skip : describe)("SIGHUP", () => {
  test("ends a server, which removes its files", async () => {
    const server = await startServer();
    await isServed();
    server.kill("SIGHUP");
    await endsInGoodOrder(server);
    expect(server.stderr).toContain("stopping: stopped by SIGHUP");
  });

  test("ends a client that waits for a reply", async () => {
    const { socket, endpoint } = await bound(new Reply());
    const client = role("hello-client", { connect: endpoint, timeout: 60_000, healthFile }, NO_NOHUP);
    await receive(socket);
    client.kill("SIGHUP");
    await endsInGoodOrder(client);
  });

  test("ends a publisher, a subscriber, a ventilator, a worker and a sink", async () => {
    const [weather, vent, sink] = [await freeEndpoint(), await freeEndpoint(), await freeEndpoint()];
    const roles = [
      role("wuserver", { bind: weather }, NO_NOHUP),
      role("wuclient", { connect: weather, updates: 100_000_000 }, NO_NOHUP),
      role("taskvent", { bind: vent, sink, workers: 2 }, NO_NOHUP),
      role("taskwork", { vent, sink }, NO_NOHUP),
      role("tasksink", { bind: sink }, NO_NOHUP),
    ];
    const [server, client, ventilator, worker, collector] = roles;
    await server?.untilLogged(/peers connected: 1/);
    await client?.line(/^Collecting/);
    await ventilator?.untilLogged(/peers connected: 1/);
    await worker?.untilLogged(/^waiting for tasks/);
    await collector?.untilLogged(/peers connected: 1/);
    for (const each of roles) each.kill("SIGHUP");
    await Promise.all(roles.map(endsInGoodOrder));
  });

  test("counts like SIGTERM: work that is cut short is not confirmed", async () => {
    const { socket: ventilator, endpoint: vent } = await bound(new Push());
    const { socket: results, endpoint: sink } = await bound(new Pull());
    const worker = role("taskwork", { vent, sink }, NO_NOHUP);
    await ventilator.send("60000");
    await worker.until(/60000\./);
    worker.kill("SIGHUP");
    worker.kill("SIGTERM");
    await endsInGoodOrder(worker);
    results.receiveTimeout = 0;
    await expect(results.receive()).rejects.toThrow();
  });

  test("is ignored where nohup has started the role; SIGTERM ends it", async () => {
    const server = await startServer({ via: ["bash", "-c", 'nohup "$@"', "bash"] });
    server.kill("SIGHUP");
    await isServed();
    // A bash that has nothing else to do has become nohup, and that the role
    await server.stop(A_SECOND);
    await endsInGoodOrder(server);
  });
});

describeWith("pyzmq", "a terminal that is closed", () => {
  const onTerminal: StartOptions = { ...NO_NOHUP, terminal: true };

  test("ends a role in good order", async () => {
    const server = await startServer(onTerminal);
    await isServed();
    server.kill("SIGHUP");
    await endsInGoodOrder(server);
    expect(server.stderr).toContain("stopping: stopped by SIGHUP");
  });

  test("ends a role in good order that prints and logs there all the while", async () => {
    const log = { ...onTerminal.env, LOG_FORMAT: "text", LOG_LEVEL: "trace" };
    const via = ["sh", "-c", 'exec "$@" 2>&1', "sh"];
    const server = role(
      "hello-server",
      { bind: `ipc://${ipc}`, work: 0, healthFile },
      { terminal: true, env: log, via },
    );
    role("hello-client", { connect: `ipc://${ipc}`, requests: 100_000_000 }, { output: "ignore" });
    await server.until(/(?:Received Hello\r\n){100}/);
    server.kill("SIGHUP");
    await endsInGoodOrder(server);
  });

  test("ends a ventilator at its prompt", async () => {
    const options = { bind: await freeEndpoint(), sink: await freeEndpoint(), healthFile };
    const ventilator = role("taskvent", options, onTerminal);
    await ventilator.until(/ready: $/);
    ventilator.kill("SIGHUP");
    await endsInGoodOrder(ventilator);
  });

  test("ends the demo, with all its roles", async () => {
    const port = await freePort();
    const demo = role("demo", { patterns: ["hello"], port }, onTerminal);
    await demo.until(/Received World/);
    demo.kill("SIGHUP");
    await demo.exited(2 * A_SECOND);
    expect(demo.stderr).not.toMatch(/Assertion|    at /);
    await eventually(async () => {
      const { socket } = await bound(new Pull());
      return await socket.bind(`tcp://127.0.0.1:${port}`).then(
        () => true,
        () => false,
      );
    }, "a free port again");
  });

  test.each<[string, string[]]>([
    ["nohup", ["nohup"]],
    ["nohup, in a shell", ["bash", "-c", 'nohup "$@"', "bash"]],
  ])("leaves a role that %s has started, without its output", async (_, via) => {
    // nohup sends its output to a file in the folder
    const server = role(
      "hello-server",
      { bind: `ipc://${ipc}`, work: 0, healthFile },
      { ...onTerminal, via, cwd: folder },
    );
    await server.until(/waiting for requests/, { on: "stderr" });
    await isServed();
    server.kill("SIGHUP");
    await isServed();
    await isServed();
    expect(server.exit).toBeUndefined();
    await server.stop(A_SECOND);
    await endsInGoodOrder(server);
  });

  // Only Linux has setsid
  (process.platform === "linux" ? test : test.skip)(
    "leaves a role that has left its session, which goes on without its output",
    async () => {
      const [pidFile, log] = [join(folder, "pid"), join(folder, "log")];
      // The terminal is its stdout only
      const inSession = 'echo $$ > "$PID"; exec "$@" 2> "$LOG"';
      const via = ["sh", "-c", `trap : HUP; setsid -w sh -c '${inSession}' sh "$@"`, "sh"];
      const env = { ...NO_NOHUP.env, PID: pidFile, LOG: log };
      const options = { bind: `ipc://${ipc}`, work: 0, healthFile };
      const shell = role("hello-server", options, { terminal: true, env, via });
      await eventually(() => existsSync(ipc), "a server");
      await isServed();
      shell.kill("SIGHUP");
      for (let n = 0; n < 3; n++) await isServed();

      process.kill(Number(readFileSync(pidFile, "utf8")), "SIGTERM");
      await endsInGoodOrder(shell);
      expect(readFileSync(log, "utf8")).toContain("stopping: stopped by SIGTERM");
    },
  );
});
