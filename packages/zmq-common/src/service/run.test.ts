import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type RunningProcess, start, type StartOptions } from "process-kit/jest";
import { Pull } from "zeromq";
import "../sockets/closing.js";

/** An app as any other: its package.json, and a main module that runs a role. */
const roles: Record<string, string> = {
  done: `async ({ times }, { print }) => { for (let n = 0; n < times; n++) print("line\\n"); }`,
  fails: `async () => { throw new Error("cannot go on"); }`,
  ends: `async (_, { onFatalError, signal }) => { onFatalError(new Error("refused")); signal.throwIfAborted(); }`,
  endless: `async (_, { signal, print }) => {
    print("running\\n");
    await new Promise((resolve) => { const alive = setInterval(() => {}, 1000);
      signal.addEventListener("abort", () => { clearInterval(alive); resolve(); }); });
    signal.throwIfAborted();
  }`,
  failsDeaf: `async (_, { onFatalError }) => { onFatalError(new Error("refused")); setInterval(() => {}, 1000); await new Promise(() => {}); }`,
  failsLate: `async (_, { onFatalError, signal, print }) => {
    print("running\\n");
    const alive = setInterval(() => {}, 1000);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    clearInterval(alive);
    onFatalError(new Error("too late"));
    throw new Error("too late as well");
  }`,
  deaf: `async (_, { print }) => { print("running\\n"); setInterval(() => {}, 1000); await new Promise(() => {}); }`,
  printing: `async (_, { print, signal }) => {
    for (;;) { signal.throwIfAborted(); print("line\\n"); await new Promise(setImmediate); }
  }`,
  asked: `async (_, { input }) => { for await (const _ of input) break; input.destroy(); }`,
  sends: `async ({ connect }) => {
    using push = new Push();
    connectEndpoints(push, [connect]);
    for (let n = 0; n < 1000; n++) await push.send(String(n));
  }`,
};

// Inside the package, so that its imports are found
const folder = mkdtempSync(join(import.meta.dirname, "../../node_modules/.run-test-"));

beforeAll(() => {
  for (const [name, role] of Object.entries(roles)) {
    mkdirSync(join(folder, name, "src"), { recursive: true });
    writeFileSync(
      join(folder, name, "package.json"),
      JSON.stringify({ name, version: "1.2.3", description: "A role for the tests", type: "module" }),
    );
    writeFileSync(
      join(folder, name, "src/main.ts"),
      `import { Push } from "zeromq";
      import { connectEndpoints, endpoint, integer, runRole } from ${JSON.stringify(new URL("../index.ts", import.meta.url))};
      await runRole(import.meta, ${role}, {
        times: integer("how many lines", { default: 1 }),
        connect: endpoint("where to", { default: "tcp://localhost:5555" }),
      });`,
    );
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function startApp(name: string, args: string[] = [], options: StartOptions = {}): RunningProcess {
  const main = join(folder, name, "src/main.ts");
  return start([process.execPath, "--import", "tsx", "--conditions", "source", main, ...args], options);
}

/** Runs an app to its end: its exit status, and what it printed. */
async function run(name: string, args: string[] = [], options: StartOptions = {}) {
  const app = startApp(name, args, options);
  return { status: (await app.exited()).code, out: app.stdout, err: app.stderr };
}

/** Starts an app, and waits until it has printed something. */
async function running(name: string, args: string[] = []): Promise<RunningProcess> {
  const app = startApp(name, args);
  await app.until(/./);
  return app;
}

test("a role that is done ends with status 0, and what it printed is on stdout", async () => {
  expect(await run("done", ["--times", "3"])).toEqual({ status: 0, out: "line\n".repeat(3), err: "" });
  expect(await run("done", [], { env: { DONE_TIMES: "2" } })).toMatchObject({
    status: 0,
    out: "line\nline\n",
  });
});

describe("a role that fails", () => {
  test("ends with status 1 and one clear line", async () => {
    const { status, out, err } = await run("fails", ["--log-format", "text"]);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/^\[[\d:.]+\] FATAL: cannot go on\n$/);
  });

  test("shows its stack with LOG_LEVEL=debug", async () => {
    const { err } = await run("fails", [], { env: { LOG_LEVEL: "debug" } });
    const line = JSON.parse(err) as { msg: string; err: { stack: string } };
    expect(line.msg).toBe("cannot go on");
    expect(line.err.stack).toContain("main.ts");
  });

  test("may be ended by what goes on beside it", async () => {
    const { status, err } = await run("ends", ["--log-format", "text"]);
    expect(status).toBe(1);
    expect(err).toMatch(/^\[[\d:.]+\] FATAL: refused\n$/);
  });

  test("says so and ends, even if it goes on", async () => {
    const { status, err } = await run("failsDeaf", ["--log-format", "text"]);
    expect(status).toBe(1);
    expect(err).toMatch(/^\[[\d:.]+\] FATAL: refused\n$/);
  });

  (existsSync("/dev/full") ? test : test.skip)("by what it prints, for want of space, says so", async () => {
    const via = ["sh", "-c", 'exec "$@" > /dev/full', "sh"];
    const { status, err } = await run("done", ["--log-format", "text"], { via });
    expect(status).toBe(1);
    expect(err).toMatch(/^\[[\d:.]+\] FATAL: cannot print: ENOSPC: no space left on device, write\n$/);
  });
});

test.each<[string[], Record<string, string>, string]>([
  [["--times", "x"], {}, "option '--times <n>' argument 'x' is invalid"],
  [[], { DONE_TIMES: "x" }, "value 'x' from env 'DONE_TIMES' is invalid"],
  [[], { LOG_LEVEL: "loud" }, "value 'loud' from env 'LOG_LEVEL' is invalid"],
])("wrong usage (%j %j) ends with status 2", async (args, env, message) => {
  const { status, out, err } = await run("done", args, { env });
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toContain(message);
  expect(err).not.toContain("    at ");
});

test("--version prints the app's and libzmq's", async () => {
  const { status, out } = await run("done", ["--version"]);
  expect(status).toBe(0);
  expect(out).toMatch(/^done 1\.2\.3 \(libzmq \d+\.\d+\.\d+\)\n$/);
});

// Windows has no SIGTERM to send
(process.platform === "win32" ? describe.skip : describe)("a signal", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "(%s) stops a role within a second, with status 0",
    async (name) => {
      const app = await running("endless");
      app.kill(name);
      app.kill(name);
      await app.done(1000);
      expect(app.stderr).toContain(`stopping: stopped by ${name}`);
    },
  );

  test("counts, whatever fails afterwards", async () => {
    const app = await running("failsLate");
    app.kill("SIGTERM");
    await app.done();
    expect(app.stderr).not.toContain("too late");
  });

  test("ends a role that does not listen as well", async () => {
    const app = await running("deaf");
    app.kill("SIGTERM");
    await app.done(1500);
  });
});

test("a reader that closes its stdout ends it quietly", async () => {
  const app = await running("printing", ["--log-level", "warn"]);
  app.stopReading("stdout");
  await app.done();
  expect(app.stderr).toBe("");
});

test("what is queued in the end is still delivered", async () => {
  using pull = new Pull({ receiveTimeout: 10_000 });
  await pull.bind("tcp://127.0.0.1:*");
  await startApp("sends", ["--connect", pull.lastEndpoint ?? ""]).done();
  for (let n = 0; n < 1000; n++) expect(String((await pull.receive())[0])).toBe(String(n));
});

test("--health-file is there while it runs", async () => {
  const file = join(folder, "healthy");
  const app = await running("endless", ["--health-file", file]);
  expect(existsSync(file)).toBe(true);
  app.kill("SIGTERM");
  await app.exited();
  if (process.platform !== "win32") expect(existsSync(file)).toBe(false);
});

describe("--metrics", () => {
  /** Starts an app that serves its metrics, and waits until it says where. */
  async function serving(name: string, options: StartOptions = {}) {
    const app = startApp(name, [], { env: { METRICS: "127.0.0.1:0" }, ...options });
    const [, url = ""] = await app.untilLogged(/^metrics on (\S+)\/metrics$/);
    return { app, url };
  }

  /** A client that says nothing, and keeps its connection. */
  async function connectTo(url: string) {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    // The process may end first
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }

  test("serves what the role counts, and how it stands, as long as it runs", async () => {
    const { app, url } = await serving("endless");
    const response = await fetch(`${url}/metrics`);
    expect(await response.text()).toMatch(
      /^zeromq_role_info\{role="endless",version="1\.2\.3",libzmq="\d\S*"\} 1$/m,
    );
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const client = await connectTo(url);
    app.kill("SIGTERM");
    // Windows has no SIGTERM to send
    if (process.platform === "win32") await app.exited();
    else await app.done(1000);
    client.destroy();
  });

  test("keeps no role alive that has come to its end", async () => {
    const { app, url } = await serving("asked");
    const client = await connectTo(url);
    app.write("go on\n");
    // Less than a client may take for its request
    await app.done(1500);
    client.destroy();
  });

  test("at a port that is in use is an error, as with any endpoint", async () => {
    const { url } = await serving("endless");
    const { host } = new URL(url);
    const { status, out, err } = await run("done", ["--metrics", host, "--log-format", "text"]);
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/FATAL: cannot serve metrics on 127\.0\.0\.1:\d+: address already in use\n$/);
  });

  test.each(["9464", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:http"])("is refused as %s", async (given) => {
    const { status, err } = await run("done", ["--metrics", given]);
    expect(status).toBe(2);
    expect(err).toContain("expected a host and a port, such as 127.0.0.1:8080");
  });
});
