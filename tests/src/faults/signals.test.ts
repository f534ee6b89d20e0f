/** SIGINT and SIGTERM: whatever a role is doing, it has ended in good order within a second. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { Pull, Push, Request } from "zeromq";
import { freeEndpoint } from "../support/ports.js";
import { type Child, role } from "../support/processes.js";
import { bound, connected, receive } from "../support/sockets.js";
import { testWith } from "../support/tools.js";
import { eventually } from "./eventually.js";

const folder = mkdtempSync(join(tmpdir(), "signals-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A second, of which Node takes some to end; the rest is for a busy machine. */
const A_SECOND = 1500;

/** Each state: brings a role into it, and returns the role. */
const STATES: Record<string, () => Promise<Child>> = {
  "hello-server waiting": async () => {
    const server = role("hello-server", ["--bind", await freeEndpoint()]);
    return logs(server, /waiting for requests/);
  },
  "hello-server working": async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", ["--bind", endpoint, "--work", "60000"]);
    await connected(new Request(), endpoint).send("Hello");
    await server.line(/^Received Hello$/);
    return server;
  },
  "hello-client without a server": async () => {
    const client = role("hello-client", ["--connect", await freeEndpoint(), "--timeout", "60000"]);
    await client.line(/^Sending Hello 0/);
    return client;
  },
  "hello-client between two tries": async () => {
    const client = role("hello-client", ["--connect", await freeEndpoint(), "--timeout", "100"]);
    return logs(client, /(?:trying again[^]*){3}/);
  },
  "hello-client waiting for its reply": async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", ["--bind", endpoint, "--work", "60000"]);
    const client = role("hello-client", ["--connect", endpoint, "--timeout", "60000"]);
    await server.line(/^Received Hello$/);
    return client;
  },
  "wuserver publishing to nobody": async () => {
    return logs(role("wuserver", ["--bind", await freeEndpoint()]), /publishing on/);
  },
  "wuserver publishing to a subscriber that hangs": async () => {
    const endpoint = await freeEndpoint();
    const client = role("wuclient", ["", "--connect", endpoint, "--updates", "100000000"]);
    const server = await logs(role("wuserver", ["--bind", endpoint]), /peers connected: 1/);
    client.kill("SIGSTOP");
    return server;
  },
  "wuclient without a publisher": async () => {
    const client = role("wuclient", ["--connect", await freeEndpoint()]);
    await client.line(/^Collecting updates/);
    return client;
  },
  "wuclient collecting": async () => {
    const endpoint = await freeEndpoint();
    const client = role("wuclient", ["", "--connect", endpoint, "--updates", "100000000"]);
    await logs(role("wuserver", ["--bind", endpoint]), /peers connected: 1/);
    return client;
  },
  "taskvent waiting for workers": async () => {
    const flags = ["--bind", await freeEndpoint(), "--sink", await freeEndpoint(), "--workers", "2"];
    return logs(role("taskvent", flags), /workers wanted: 2|waiting for 2 workers/);
  },
  "taskvent waiting for the sink": async () => {
    const flags = ["--bind", await freeEndpoint(), "--sink", await freeEndpoint(), "--workers", "0"];
    return logs(role("taskvent", flags), /waiting for the sink/);
  },
  "taskvent with tasks and no workers": async () => {
    const { endpoint: sink, socket } = await bound(new Pull());
    const flags = ["--bind", await freeEndpoint(), "--sink", sink, "--workers", "0"];
    const ventilator = role("taskvent", flags);
    await receive(socket);
    return ventilator;
  },
  "taskvent with tasks that a worker does not take": async () => {
    const { endpoint: sink, socket } = await bound(new Pull());
    const vent = await freeEndpoint();
    const flags = ["--bind", vent, "--sink", sink, "--workers", "1", "--tasks", "100000000"];
    const ventilator = role("taskvent", flags);
    connected(new Pull(), vent);
    await receive(socket);
    return ventilator;
  },
  "taskwork waiting for the sink": async () => {
    const flags = ["--vent", await freeEndpoint(), "--sink", await freeEndpoint()];
    return logs(role("taskwork", flags), /waiting for the sink/);
  },
  "taskwork waiting for tasks": async () => {
    const { endpoint: sink } = await bound(new Pull());
    const worker = role("taskwork", ["--vent", await freeEndpoint(), "--sink", sink]);
    return logs(worker, /waiting for tasks/);
  },
  "taskwork working": async () => {
    const { socket, endpoint: vent } = await bound(new Push());
    const { endpoint: sink } = await bound(new Pull());
    const worker = role("taskwork", ["--vent", vent, "--sink", sink]);
    await socket.send("60000");
    await worker.until(/60000\./);
    return worker;
  },
  "taskwork with a result and no sink": async () => {
    const { socket, endpoint: vent } = await bound(new Push());
    const { socket: gone, endpoint: sink } = await bound(new Pull());
    const worker = await logs(role("taskwork", ["--vent", vent, "--sink", sink]), /waiting for tasks/);
    gone.close();
    await logs(worker, /lost the connection/);
    await socket.send("1");
    await worker.until(/1\./);
    return worker;
  },
  "tasksink waiting for the start of the batch": async () => {
    return logs(role("tasksink", ["--bind", await freeEndpoint()]), /waiting for the start/);
  },
  "tasksink waiting for results": async () => {
    const endpoint = await freeEndpoint();
    const sink = role("tasksink", ["--bind", endpoint]);
    const worker = connected(new Push(), endpoint);
    for (const message of ["0", "", ""]) await worker.send(message);
    await sink.until(/^:\.$/);
    return sink;
  },
};

async function logs(child: Child, pattern: RegExp): Promise<Child> {
  await child.until(pattern, { on: "stderr" });
  return child;
}

/** Sends signals, each while the role is at its end because of the one before, and sees to it that it ends well. */
async function endsOn(child: Child, ...signals: NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    child.kill(signal);
    await child.until(/stopping: /, { on: "stderr" });
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
    const flags = ["--bind", await freeEndpoint(), "--sink", await freeEndpoint()];
    const child = role("taskvent", flags, { terminal: true });
    await child.until(/ready: $/);
    await endsOn(child, "SIGTERM", "SIGTERM");
  });
});

onUnix("a signal", () => {
  test("lets hello-server finish the reply in progress", async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", ["--bind", endpoint, "--work", "60000"]);
    const client = connected(new Request(), endpoint);
    await client.send("Hello");
    await server.line(/^Received Hello$/);
    await endsOn(server, "SIGTERM");
    expect(String(await receive(client))).toBe("World");
  });

  test.each(["hello-server", "wuserver", "tasksink"])("has %s remove its ipc file", async (name) => {
    const file = join(folder, `${name}.ipc`);
    const child = role(name, ["--bind", `ipc://${file}`]);
    await eventually(() => existsSync(file), "an ipc file");
    await endsOn(child, "SIGTERM");
    expect(existsSync(file)).toBe(false);
  });

  test("has a worker confirm no work that was cut short", async () => {
    const { socket: ventilator, endpoint: vent } = await bound(new Push());
    const { socket: results, endpoint: sink } = await bound(new Pull());
    const worker = role("taskwork", ["--vent", vent, "--sink", sink]);
    for (const task of ["1", "60000"]) await ventilator.send(task);
    await worker.until(/60000\./);
    await endsOn(worker, "SIGTERM");
    await receive(results);
    results.receiveTimeout = 0;
    await expect(results.receive()).rejects.toThrow();
  });
});
