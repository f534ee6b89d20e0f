/** SIGINT and SIGTERM: whatever a role is doing, it has ended in good order within a second. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { eventually, freeEndpoint, role, type RunningProcess, testWith } from "process-kit/jest";
import { Pull, Push, Request } from "zeromq";
import { bound, connected, receive } from "../support/sockets.js";

const folder = mkdtempSync(join(tmpdir(), "signals-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A second, of which Node takes some to end; the rest is for a busy machine. */
const A_SECOND = 1500;

/** Brings a role into each state, and returns the role. */
const STATES: Record<string, () => Promise<RunningProcess>> = {
  "hello-server waiting": async () =>
    logs(role("hello-server", { bind: await freeEndpoint() }), /waiting for requests/),
  "hello-server working": async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", { bind: endpoint, work: 60_000 });
    await connected(new Request(), endpoint).send("Hello");
    return prints(server, /^Received Hello$/m);
  },
  "hello-client without a server": async () =>
    prints(role("hello-client", { connect: await freeEndpoint(), timeout: 60_000 }), /^Sending Hello 0/m),
  "hello-client between two tries": async () =>
    logs(role("hello-client", { connect: await freeEndpoint(), timeout: 100 }), /trying again/, 3),
  "hello-client waiting for its reply": async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", { bind: endpoint, work: 60_000 });
    const client = role("hello-client", { connect: endpoint, timeout: 60_000 });
    await server.line(/^Received Hello$/);
    return client;
  },
  "wuserver publishing to nobody": async () =>
    logs(role("wuserver", { bind: await freeEndpoint() }), /publishing on/),
  "wuserver publishing to a subscriber that hangs": async () => {
    const { client, server } = await weather();
    client.kill("SIGSTOP");
    return server;
  },
  "wuclient without a publisher": async () =>
    prints(role("wuclient", { connect: await freeEndpoint() }), /^Collecting updates/),
  "wuclient collecting": async () => (await weather()).client,
  "taskvent waiting for workers": async () => {
    const options = { bind: await freeEndpoint(), sink: await freeEndpoint(), workers: 2 };
    return logs(role("taskvent", options), /workers wanted: 2|waiting for 2 workers/);
  },
  "taskvent waiting for the sink": async () => {
    const options = { bind: await freeEndpoint(), sink: await freeEndpoint(), workers: 0 };
    return logs(role("taskvent", options), /waiting for the sink/);
  },
  "taskvent with tasks and no workers": async () => {
    const { endpoint: sink, socket } = await bound(new Pull());
    const ventilator = role("taskvent", { bind: await freeEndpoint(), sink, workers: 0 });
    await receive(socket);
    return ventilator;
  },
  "taskvent with tasks that a worker does not take": async () => {
    const { endpoint: sink, socket } = await bound(new Pull());
    const vent = await freeEndpoint();
    const ventilator = role("taskvent", { bind: vent, sink, workers: 1, tasks: 100_000_000 });
    connected(new Pull(), vent);
    await receive(socket);
    return ventilator;
  },
  "taskwork waiting for the sink": async () => {
    const options = { vent: await freeEndpoint(), sink: await freeEndpoint() };
    return logs(role("taskwork", options), /waiting for the sink/);
  },
  "taskwork waiting for tasks": async () => {
    const { endpoint: sink } = await bound(new Pull());
    return logs(role("taskwork", { vent: await freeEndpoint(), sink }), /waiting for tasks/);
  },
  "taskwork working": async () => {
    const { socket, endpoint: vent } = await bound(new Push());
    const { endpoint: sink } = await bound(new Pull());
    const worker = role("taskwork", { vent, sink });
    await socket.send("60000");
    return prints(worker, /60000\./);
  },
  "taskwork with a result and no sink": async () => {
    const { socket, endpoint: vent } = await bound(new Push());
    const { socket: gone, endpoint: sink } = await bound(new Pull());
    const worker = await logs(role("taskwork", { vent, sink }), /waiting for tasks/);
    gone.close();
    await logs(worker, /lost the connection/);
    await socket.send("1");
    return prints(worker, /1\./);
  },
  "tasksink waiting for the start of the batch": async () =>
    logs(role("tasksink", { bind: await freeEndpoint() }), /waiting for the start/),
  "tasksink waiting for results": async () => {
    const endpoint = await freeEndpoint();
    const sink = role("tasksink", { bind: endpoint });
    const worker = connected(new Push(), endpoint);
    for (const message of ["0", "", ""]) await worker.send(message);
    return prints(sink, /^:\.$/);
  },
};

/** A weather server with a client that wants more updates than ever come. */
async function weather() {
  const endpoint = await freeEndpoint();
  const client = role("wuclient", { filters: [""], connect: endpoint, updates: 100_000_000 });
  return { client, server: await logs(role("wuserver", { bind: endpoint }), /peers connected: 1/) };
}

async function logs(child: RunningProcess, message: RegExp, times = 1): Promise<RunningProcess> {
  await child.untilLogged(message, { times });
  return child;
}

async function prints(child: RunningProcess, pattern: RegExp): Promise<RunningProcess> {
  await child.until(pattern);
  return child;
}

/** Sends signals, each while the role is ending because of the one before, and expects it to end well. */
async function endsOn(child: RunningProcess, ...signals: NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    child.kill(signal);
    await child.untilLogged(/stopping: /);
  }
  await child.done(A_SECOND);
  expect(child.stderr).toContain(`stopping: stopped by ${signals[0]}`);
  expect(child.stderr).not.toMatch(/"level":[56]0|    at /);
}

// Windows has no such signals to send
const onUnix = process.platform === "win32" ? describe.skip : describe;

onUnix("a signal ends, within a second and with status 0,", () => {
  for (const [state, reach] of Object.entries(STATES)) {
    test(`${state}: SIGTERM`, async () => endsOn(await reach(), "SIGTERM"));
    test(`${state}: SIGINT, again and again`, async () =>
      endsOn(await reach(), "SIGINT", "SIGINT", "SIGINT"));
  }

  testWith("pyzmq", "taskvent at the Enter prompt", async () => {
    const options = { bind: await freeEndpoint(), sink: await freeEndpoint() };
    const child = role("taskvent", options, { terminal: true });
    await child.until(/ready: $/);
    await endsOn(child, "SIGTERM", "SIGTERM");
  });
});

onUnix("a signal", () => {
  test("lets hello-server finish the reply in progress", async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", { bind: endpoint, work: 60_000 });
    const client = connected(new Request(), endpoint);
    await client.send("Hello");
    await server.line(/^Received Hello$/);
    await endsOn(server, "SIGTERM");
    expect(String(await receive(client))).toBe("World");
  });

  test.each(["hello-server", "wuserver", "tasksink"])("has %s remove its ipc file", async (name) => {
    const file = join(folder, `${name}.ipc`);
    const child = role(name, { bind: `ipc://${file}` });
    await eventually(() => existsSync(file), "an ipc file");
    await endsOn(child, "SIGTERM");
    expect(existsSync(file)).toBe(false);
  });

  test("has a worker confirm no work that was cut short", async () => {
    const { socket: ventilator, endpoint: vent } = await bound(new Push());
    const { socket: results, endpoint: sink } = await bound(new Pull());
    const worker = role("taskwork", { vent, sink });
    for (const task of ["1", "60000"]) await ventilator.send(task);
    await worker.until(/60000\./);
    await endsOn(worker, "SIGTERM");
    await receive(results);
    results.receiveTimeout = 0;
    await expect(results.receive()).rejects.toThrow();
  });
});
