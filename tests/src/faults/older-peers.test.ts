/** Peers that speak ZMTP 2.0, as JeroMQ 0.3 does: turned away by the side that binds, served by the one that connects. */
import { connect } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { eventually, freeEndpoint, role, type RunningProcess } from "process-kit/jest";
import { OlderPeer } from "zmq-common/testing";

/** Connects as a peer of ZMTP 2.0 does, again and again, until it has been turned away so often. */
async function visit(endpoint: string, type: number, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const socket = connect(Number(endpoint.split(":").at(-1)), "127.0.0.1");
    const closed = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
    socket.resume().write(Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, type, 0, 0]));
    await closed;
  }
}

describe("the side that binds turns them away, and says so of the 1st, 10th, 100th:", () => {
  test.each<[string, Record<string, unknown>, number, RegExp, string]>([
    ["hello-server", {}, 3, /waiting for requests/, "REQ or DEALER"],
    ["wuserver", {}, 2, /publishing on/, "SUB or XSUB"],
    ["tasksink", {}, 8, /waiting for the start/, "PUSH"],
    ["taskvent", { workers: 1 }, 7, /workers wanted/, "PULL"],
  ])("%s", async (name, options, type, ready, expected) => {
    const endpoint = await freeEndpoint();
    const child = role(name, { bind: endpoint, ...options });
    await child.untilLogged(ready);
    await visit(endpoint, type, 12);
    const reason = `it does not speak ZMTP 3 (ZeroMQ 4.0 and newer), or is not a ${expected} socket`;
    const turnedAway = (count: number) =>
      child
        .logged()
        .some(
          (line) => line.msg === `turned away a peer at ${endpoint}: ${reason}` && line["count"] === count,
        );
    await eventually(
      () => turnedAway(1) && turnedAway(10),
      () => child.report(),
    );
    await child.stop();
    expect(child.logLines(/^turned away/)).toHaveLength(2);
    expect(child.logLines(/^peers connected/)).toEqual([]);
    expect(child.stdout).not.toMatch(/Received|[.:]/);
  });
});

/** What a role says of its connections but for the ventilator and the sink it waits for. */
const messages = (child: RunningProcess) => child.logged().map(({ msg }) => msg);

describe("the side that connects takes them for the peers they are:", () => {
  test("taskwork works for a ventilator and a sink of ZMTP 2.0, and hears it when they leave", async () => {
    await using sink = await OlderPeer.bind("PULL");
    const vent = await OlderPeer.bind("PUSH");
    const worker = role("taskwork", { vent: vent.endpoint, sink: sink.endpoint });
    const older = `the peer at ${sink.endpoint} speaks an older protocol than ZMTP 3`;
    await worker.untilLogged(/^waiting for tasks from /);
    await worker.untilLogged(/speaks an older protocol than ZMTP 3$/, { times: 2 });
    for (let n = 0; n < 3; n++) vent.send("1");
    await eventually(
      () => sink.received.length === 3,
      () => worker.report(),
    );
    expect(sink.received).toEqual([[""], [""], [""]]);
    await vent[Symbol.asyncDispose]();
    await worker.untilLogged(/^lost the connection to /);
    await worker.stop();
    expect(messages(worker)).toContain(older);
    expect(worker.stderr).not.toContain("broken off");
    expect(worker.stdout).toBe("1.1.1.");
  });

  test("hello-client gets its replies of a server of ZMTP 2.0, at once", async () => {
    await using server = await OlderPeer.bind("REP");
    const client = role("hello-client", { connect: server.endpoint, requests: 2, timeout: 10_000 });
    for (let n = 1; n <= 2; n++) {
      await eventually(
        () => server.received.length === n,
        () => client.report(),
      );
      expect(server.received.at(-1)).toEqual(["", "Hello"]);
      server.send("", "World");
    }
    await client.done();
    expect(client.stderr).not.toMatch(/broken off|no reply/);
  });

  test("wuclient gets its updates of a publisher of ZMTP 2.0", async () => {
    await using publisher = await OlderPeer.bind("PUB");
    const client = role("wuclient", { connect: publisher.endpoint, updates: 3 });
    await eventually(
      () => publisher.received.length === 1,
      () => client.report(),
    );
    expect(publisher.received).toEqual([["\u000110001 "]]);
    for (let n = 0; n < 3; n++) publisher.send("10001 20 30");
    await client.done();
    expect(client.stdout).toContain("Average temperature for zipcode '10001 ' was 20F\n");
  });
});
