/** A network that drops every packet and tells nobody: no FIN, no RST, as a pulled cable or a firewall. */
import { expect } from "@jest/globals";
import type { Child } from "../support/processes.js";
import { testWith } from "../support/tools.js";
import { eventually } from "./eventually.js";
import { linesOf } from "./log.js";
import { Network } from "./network.js";

/** Six seconds without an answer to a keep-alive probe or to data; the rest is for a busy machine. */
const NOTICED_WITHIN = 6000 + 3000;

/** A try to connect is given up after 2 s, and the next one comes 2 s later at most. */
const TRIES_WITHIN = 2000 + 2000 + 2000;

/** How many lines of its log match, once they are so many. */
function logsTimes(child: Child, message: RegExp, times: number, within: number): Promise<unknown> {
  const look = () => linesOf(child, message).length >= times;
  return eventually(look, () => `${times} × ${message}\n${child.report()}`, within);
}

testWith(
  "netns",
  "a network cut without a word is noticed by both sides, and healed, all goes on",
  async () => {
    using network = new Network();
    const endpoint = `tcp://${network.addresses.left}:5556`;
    const server = network.role("left", "wuserver", ["--bind", endpoint, "--rate", "100"]);
    const client = network.role("right", "wuclient", ["", "--connect", endpoint, "--updates", "1000000"]);
    await logsTimes(server, /^peers connected: 1$/, 1, 20_000);

    network.cut();
    await Promise.all([
      logsTimes(server, /^lost a peer; peers connected: 0$/, 1, NOTICED_WITHIN),
      logsTimes(client, /^lost the connection to/, 1, NOTICED_WITHIN),
    ]);

    // However long it lasts, it is tried again every few seconds
    for (let tries = 0; tries < 3; tries++) {
      const before = network.attempts(client);
      await eventually(() => network.attempts(client) > before, "another try to connect", TRIES_WITHIN);
    }

    network.heal();
    await Promise.all([
      logsTimes(server, /^peers connected: 1$/, 2, TRIES_WITHIN),
      logsTimes(client, /^connected to .* again$/, 1, TRIES_WITHIN),
    ]);
    for (const child of [client, server]) {
      child.kill("SIGTERM");
      await child.done();
    }
  },
);

testWith(
  "netns",
  "hello-client gets all its replies, in order, through a network that is cut and healed",
  async () => {
    using network = new Network();
    const endpoint = `tcp://${network.addresses.left}:5555`;
    const server = network.role("left", "hello-server", ["--bind", endpoint, "--work", "50"]);
    const client = network.role("right", "hello-client", [
      "--connect",
      endpoint,
      "--requests",
      "40",
      "--timeout",
      "500",
    ]);
    await client.line(/^Received World 5$/);
    network.cut();
    await logsTimes(client, /trying again$/, 3, 20_000);
    network.heal();
    await client.done();
    expect(client.stdout.match(/^Received World \d+$/gm)).toEqual(
      Array.from({ length: 40 }, (_, n) => `Received World ${n}`),
    );
    // Who fell silent when the network was cut is let go of
    await logsTimes(server, /^lost a peer; peers connected: 0$/, 1, NOTICED_WITHIN);
    server.kill("SIGTERM");
    await server.done();
  },
);

testWith(
  "netns",
  "the pipeline loses no task and no result to a network that is cut for ten seconds and healed",
  async () => {
    using network = new Network();
    const [vent, sink] = [`tcp://${network.addresses.left}:5557`, `tcp://${network.addresses.left}:5558`];
    const batch = ["--tasks", "40"];
    const collector = network.role("left", "tasksink", ["--bind", sink, ...batch]);
    const worker = network.role("right", "taskwork", ["--vent", vent, "--sink", sink]);
    const flags = ["--bind", vent, "--sink", sink, "--workers", "1", ...batch];
    const ventilator = network.role("left", "taskvent", flags);
    await worker.until(/^(?:\d+\.){3}/);
    network.cut();
    await logsTimes(collector, /of 40 results came; none for 1\d{4} ms, waiting$/, 1, 20_000);
    network.heal();
    // TCP tries again at ever longer intervals by itself
    await collector.done(40_000);
    await ventilator.done();
    expect(worker.stdout).toMatch(/^(?:\d+\.){40}$/);
  },
);
