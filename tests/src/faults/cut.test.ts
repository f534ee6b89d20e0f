/** A network that drops every packet and tells nobody: no FIN, no RST, as a pulled cable or a firewall does. */
import { expect } from "@jest/globals";
import { eventually, role, testWith } from "process-kit/jest";
import { Network } from "./network.js";

/** Six seconds without an answer to a keep-alive probe or to data; the rest is for a busy machine. */
const NOTICED_WITHIN = 6000 + 3000;

/** A try to connect is given up after 2 s, and the next one comes 2 s later at most. */
const TRIES_WITHIN = 2000 + 2000 + 2000;

testWith(
  "netns",
  "a network cut without a word is noticed by both sides, and healed, all goes on",
  async () => {
    using network = new Network();
    const endpoint = `tcp://${network.addresses.left}:5556`;
    const server = role("wuserver", { bind: endpoint, rate: 100 }, network.on("left"));
    const wanted = { filters: [""], updates: 1_000_000 };
    const client = role("wuclient", { connect: endpoint, ...wanted }, network.on("right"));
    await server.untilLogged(/^peers connected: 1$/);

    network.cut();
    await Promise.all([
      server.untilLogged(/^lost a peer; peers connected: 0$/, { within: NOTICED_WITHIN }),
      client.untilLogged(/^lost the connection to/, { within: NOTICED_WITHIN }),
    ]);

    // However long it lasts, it is tried again every few seconds
    for (let tries = 0; tries < 3; tries++) {
      const before = network.attempts(client);
      await eventually(() => network.attempts(client) > before, "another try to connect", TRIES_WITHIN);
    }

    network.heal();
    await Promise.all([
      server.untilLogged(/^peers connected: 1$/, { times: 2, within: TRIES_WITHIN }),
      client.untilLogged(/^connected to .* again$/, { within: TRIES_WITHIN }),
    ]);
    for (const child of [client, server]) await child.stop();
  },
);

testWith(
  "netns",
  "hello-client gets all its replies, in order, through a network that is cut and healed",
  async () => {
    using network = new Network();
    const endpoint = `tcp://${network.addresses.left}:5555`;
    const server = role("hello-server", { bind: endpoint, work: 50 }, network.on("left"));
    const requests = { requests: 40, timeout: 500 };
    const client = role("hello-client", { connect: endpoint, ...requests }, network.on("right"));
    await client.line(/^Received World 5$/);
    network.cut();
    await client.untilLogged(/trying again$/, { times: 3 });
    network.heal();
    await client.done();
    expect(client.stdout.match(/^Received World \d+$/gm)).toEqual(
      Array.from({ length: 40 }, (_, n) => `Received World ${n}`),
    );
    // A peer that fell silent when the network was cut is disconnected
    await server.untilLogged(/^lost a peer; peers connected: 0$/, { within: NOTICED_WITHIN });
    await server.stop();
  },
);

testWith(
  "netns",
  "the pipeline loses no task and no result to a network that is cut for ten seconds and healed",
  async () => {
    using network = new Network();
    const [vent, sink] = [`tcp://${network.addresses.left}:5557`, `tcp://${network.addresses.left}:5558`];
    const collector = role("tasksink", { bind: sink, tasks: 40 }, network.on("left"));
    const worker = role("taskwork", { vent, sink }, network.on("right"));
    const options = { bind: vent, sink, workers: 1, tasks: 40 };
    const ventilator = role("taskvent", options, network.on("left"));
    await worker.until(/^(?:\d+\.){3}/);
    network.cut();
    await collector.untilLogged(/of 40 results came; none for 1\d{4} ms, waiting$/);
    network.heal();
    // TCP tries again at ever longer intervals by itself
    await collector.done(40_000);
    await ventilator.done();
    expect(worker.stdout).toMatch(/^(?:\d+\.){40}$/);
  },
);
