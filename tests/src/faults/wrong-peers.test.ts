/** A peer of the wrong kind at an endpoint: it is reported once and tried again, until the right one is there. */
import { describe, expect, test } from "@jest/globals";
import { freeEndpoint, role, type RunningProcess, TcpProxy } from "process-kit/jest";
import { Dealer, Publisher, Pull, Push, Reply, Router, type Socket, Subscriber } from "zeromq";
import { bound, receive } from "../support/sockets.js";

/** The warnings in a role's log. */
const warnings = (child: RunningProcess) =>
  child
    .logged()
    .filter(({ level }) => level >= 40)
    .map(({ msg }) => msg);

function problem(endpoint: string, type: string, own: string): string {
  return `the peer at ${endpoint} is a ${type} socket, not what a ${own} socket talks to; trying again`;
}

test("wuclient finds the publisher that takes the place of a hello-server", async () => {
  const endpoint = await freeEndpoint();
  const wrong = role("hello-server", { bind: endpoint });
  await wrong.untilLogged(/waiting for requests/);
  const client = role("wuclient", { filters: [""], connect: endpoint, updates: 5 });
  await client.untilLogged(/not what a SUB socket talks to/);
  // The server says so of the 1st and of the 10th attempt
  await wrong.untilLogged(/^turned away a peer at .*, or is not a REQ or DEALER socket$/, { times: 2 });
  await wrong.stop();

  const right = role("wuserver", { bind: endpoint, rate: 100 });
  await client.done();
  expect(warnings(client)).toEqual([problem(endpoint, "REP", "SUB")]);
  expect(client.logLines(/^connected to /)).toHaveLength(1);
  await right.stop();
});

test("wuclient goes on with its count although another program takes its publisher's place for a while", async () => {
  const endpoint = await freeEndpoint();
  const first = role("wuserver", { bind: endpoint, rate: 100 });
  const client = role("wuclient", { filters: [""], connect: endpoint, updates: 200 });
  await first.untilLogged(/peers connected: 1/);
  await first.stop();
  const wrong = role("hello-server", { bind: endpoint });
  await client.untilLogged(/not what a SUB socket talks to/);
  await wrong.stop();
  const second = role("wuserver", { bind: endpoint, rate: 1000 });
  await client.done();
  expect(client.logLines(/^connected to .* again$/)).toHaveLength(1);
  await second.stop();
});

test("hello-client gets its replies of the server that takes the place of a publisher", async () => {
  const { socket, endpoint } = await bound(new Publisher());
  const client = role("hello-client", { connect: endpoint, requests: 2, timeout: 300 });
  await client.untilLogged(/^no reply from /, { times: 2 });
  socket.close();
  const server = role("hello-server", { bind: endpoint, work: 0 });
  await client.done();
  expect(warnings(client).filter((line) => !line.startsWith("no reply"))).toEqual([
    problem(endpoint, "PUB", "REQ"),
  ]);
  await server.stop();
});

describe("taskwork whose ventilator and sink are swapped", () => {
  test("says so, and works once they have changed places", async () => {
    const [one, other] = [await freeEndpoint(), await freeEndpoint()];
    const ventilator = role("taskvent", { bind: one, sink: other, tasks: 5, workers: 1 });
    const worker = role("taskwork", { vent: other, sink: one });
    await worker.untilLogged(/not what a PUSH socket talks to/);
    expect(warnings(worker)).toEqual([problem(one, "PUSH", "PUSH")]);
    await ventilator.stop();

    const sink = role("tasksink", { bind: one, tasks: 5 });
    await sink.untilLogged(/waiting for the start/);
    const right = role("taskvent", { bind: other, sink: one, tasks: 5, workers: 1 });
    await sink.done();
    await right.done();
    await worker.stop();
    expect(worker.stdout).toMatch(/^(?:\d+\.){5}$/);
  });
});

test("what a worker had received before another program took its ventilator's place is done all the same", async () => {
  const { socket: results, endpoint: sink } = await bound(new Pull());
  const vent = await freeEndpoint();
  const worker = role("taskwork", { vent, sink });
  const ventilator = new Push({ linger: -1 });
  await ventilator.bind(vent);
  for (let n = 0; n < 500; n++) await ventilator.send("10");
  await receive(results);
  ventilator.close();
  await worker.untilLogged(/^lost the connection to /);
  const wrong = role("hello-server", { bind: vent });
  await worker.untilLogged(/not what a PULL socket talks to/);
  await wrong.stop();
  for (let n = 1; n < 500; n++) await receive(results);
  await worker.stop();
  expect(worker.stdout).toBe("10.".repeat(500));
});

test.each<[string, () => Socket, string]>([
  ["SUB", () => new Subscriber(), "tcp"],
  ["ROUTER", () => new Router(), "tcp"],
  ["DEALER", () => new Dealer(), "tcp"],
  ["REP", () => new Reply(), "tcp"],
])("a sink that is a %s socket is named", async (type, make) => {
  const { endpoint } = await bound(make());
  const ventilator = role("taskvent", { bind: "tcp://127.0.0.1:*", sink: endpoint, workers: 0 });
  await ventilator.untilLogged(/not what a PUSH socket talks to/);
  expect(warnings(ventilator)).toEqual([problem(endpoint, type, "PUSH")]);
  await ventilator.stop();
});

test("a role behind a proxy whose server comes later is no wrong peer", async () => {
  const endpoint = await freeEndpoint();
  await using proxy = await TcpProxy.start(endpoint);
  const client = role("wuclient", { filters: [""], connect: proxy.endpoint, updates: 5 });
  await client.untilLogged(/^no update for/);
  const server = role("wuserver", { bind: endpoint, rate: 100 });
  await client.done();
  expect(warnings(client)).toEqual([]);
  await server.stop();
});
