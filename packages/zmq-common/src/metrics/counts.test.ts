import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { eventually, freePort } from "process-kit/jest";
import { Pull, Push, Reply } from "zeromq";
import "../sockets/closing.js";
import { MalformedMessages } from "../formats/malformed.js";
import { LazyPirate } from "../patterns/lazy-pirate.js";
import { bindEndpoints, connectAndWait, connectEndpoints } from "../sockets/connecting.js";
import { messages, receive } from "../sockets/messages.js";
import { observerOf, observeSockets } from "../sockets/observer.js";
import { Telemetry } from "../telemetry/telemetry.js";
import { sSend } from "../zhelpers/zhelpers.js";
import { Counts } from "./counts.js";

const quiet = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const signal = AbortSignal.timeout(20_000);
const context = { log: quiet, onFatalError() {}, signal };
const loopback = ["tcp://127.0.0.1:*"];

let counts = new Counts();
let stop = () => {};
beforeEach(() => {
  counts = new Counts();
  stop = observeSockets(counts);
});
afterEach(() => stop());

/** All samples, as Prometheus writes them: `zeromq_peers{socket="PULL",side="bind"}`. */
function values(): Record<string, number> {
  const all = [...counts.samples()].map(({ metric: { name }, value, labels = {} }) => {
    const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
    return [pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`, value] as const;
  });
  return Object.fromEntries(all);
}

test("counts messages and peers by socket type and side: PUSH -> PULL", async () => {
  using receiver = new Pull();
  const [endpoint = ""] = await bindEndpoints(receiver, loopback, context);
  const sender = new Push({ linger: 0 });
  await connectAndWait(sender, [endpoint], context);
  for (const task of ["1", "2", "3"]) await sSend(sender, task);
  let seen = 0;
  for await (const _ of messages(receiver, { signal, burst: true })) if ((seen += 1) === 3) break;

  await eventually(() => values()[`zeromq_peers{socket="PULL",side="bind"}`] === 1, "a peer");
  expect(values()).toEqual({
    'zeromq_peers{socket="PULL",side="bind"}': 1,
    'zeromq_messages_received_total{socket="PULL",side="bind"}': 3,
    'zeromq_messages_sent_total{socket="PULL",side="bind"}': 0,
    'zeromq_peers{socket="PUSH",side="connect"}': 1,
    'zeromq_messages_received_total{socket="PUSH",side="connect"}': 0,
    'zeromq_messages_sent_total{socket="PUSH",side="connect"}': 3,
    zeromq_messages_made_total: 0,
    zeromq_malformed_messages_total: 0,
    zeromq_request_retries_total: 0,
  });

  // What was sent stays so; a peer does not
  sender.close();
  expect(values()).toMatchObject({
    'zeromq_peers{socket="PUSH",side="connect"}': 0,
    'zeromq_messages_sent_total{socket="PUSH",side="connect"}': 3,
  });
  await eventually(() => values()[`zeromq_peers{socket="PULL",side="bind"}`] === 0, "no peer");
});

test("adds up the sockets of a type and side", async () => {
  using first = new Pull();
  using second = new Pull();
  const [one = ""] = await bindEndpoints(first, loopback, context);
  const [other = ""] = await bindEndpoints(second, loopback, context);
  using sender = new Push({ linger: 0 });
  connectEndpoints(sender, [one, other], context);
  await eventually(() => values()[`zeromq_peers{socket="PULL",side="bind"}`] === 2, "two peers");
  expect(values()[`zeromq_peers{socket="PUSH",side="connect"}`]).toBe(2);
  await sSend(sender, "1");
  await sSend(sender, "2");
  await receive(first, { signal });
  await receive(second, { signal });
  expect(values()[`zeromq_messages_received_total{socket="PULL",side="bind"}`]).toBe(2);
});

test("counts malformed messages, and what a publisher makes", () => {
  using malformed = new MalformedMessages(quiet);
  malformed.record("task", []);
  malformed.record("task", []);
  counts.made(200);
  expect(values()).toMatchObject({ zeromq_malformed_messages_total: 2, zeromq_messages_made_total: 200 });
});

test("counts the tries of a request that are not the first", async () => {
  using server = new Reply();
  const [endpoint = ""] = await bindEndpoints(server, loopback, context);
  using requester = new LazyPirate({ timeout: 50 }, context);
  requester.connect([endpoint]);
  const asking = (async () => {
    await requester.send("Hello");
    return requester.receive();
  })();
  await eventually(() => (values()["zeromq_request_retries_total"] ?? 0) >= 2, "two retries");
  // Answers all that were sent, until one is in time
  const answering = (async () => {
    for await (const request of messages(server, { signal })) await server.send(request);
  })();
  expect(String(await asking)).toBe("Hello");
  const retries = values()["zeromq_request_retries_total"] ?? 0;
  expect(values()[`zeromq_messages_sent_total{socket="REQ",side="connect"}`]).toBe(retries + 1);
  expect(values()[`zeromq_messages_received_total{socket="REQ",side="connect"}`]).toBe(1);
  server.close();
  await expect(answering).rejects.toThrow();
});

test("has what the role counts by itself", () => {
  const metric = { name: "zeromq_jobs_held", type: "gauge", help: "Jobs held" } as const;
  counts.measure = () => [{ metric, value: 7 }];
  expect(values()["zeromq_jobs_held"]).toBe(7);
});

test("telemetry at the same time is told the same, and its own socket is not counted", async () => {
  const telemetry = new Telemetry("taskwork", "tcp://127.0.0.1:9", context);
  const told: string[] = [];
  const stopTelling = observeSockets({
    opened: (_, side) => told.push(side),
    bound() {},
    connected() {},
    of: () => ({
      received: () => told.push("received"),
      sent() {},
      begin: () => told.push("begin"),
      end() {},
      notSent() {},
    }),
    malformed() {},
    retried() {},
    made() {},
  });
  using receiver = new Pull();
  const [endpoint = ""] = await bindEndpoints(receiver, loopback, context);
  using sender = new Push({ linger: 0 });
  await connectAndWait(sender, [endpoint], context);
  await sender.send("1");
  await receive(receiver, { signal });
  expect(told).toEqual(["bind", "connect", "received", "begin"]);
  expect(values()[`zeromq_messages_received_total{socket="PULL",side="bind"}`]).toBe(1);
  // By now at the latest it has connected its socket
  await telemetry.end(0);
  expect(Object.keys(values()).filter((name) => name.includes("XPUB"))).toEqual([]);
  stopTelling();
  await sender.send("2");
  await receive(receiver, { signal });
  expect(told).toHaveLength(4);
  expect(values()[`zeromq_messages_received_total{socket="PULL",side="bind"}`]).toBe(2);
});

test("without it nobody is told of a socket", async () => {
  stop();
  using socket = new Pull();
  await bindEndpoints(socket, loopback, context);
  expect(observerOf(socket)).toBeUndefined();
});

test("is ready once its sockets are bound, and not when it is about to end", async () => {
  expect(counts.unreadiness()).toBe("no socket is open");
  using receiver = new Pull();
  const binding = bindEndpoints(receiver, loopback, context);
  expect(counts.unreadiness()).toBe("PULL is not bound yet");
  await binding;
  expect(counts.unreadiness()).toBeUndefined();
  counts.stop();
  expect(counts.unreadiness()).toBe("stopping");
});

test("is not ready while a connected socket has no peer", async () => {
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  using sender = new Push({ linger: 0 });
  connectEndpoints(sender, [endpoint], context);
  expect(counts.unreadiness()).toBe(`PUSH has no peer at ${endpoint}`);
  const receiver = new Pull();
  await bindEndpoints(receiver, [endpoint], context);
  await eventually(() => counts.unreadiness() === undefined, "ready");
  receiver.close();
  await eventually(() => counts.unreadiness() === `PUSH has no peer at ${endpoint}`, "no longer ready");
  // One of the same type that has a peer is enough
  using other = new Pull();
  const [second = ""] = await bindEndpoints(other, loopback, context);
  using another = new Push({ linger: 0 });
  connectEndpoints(another, [second], context);
  await eventually(() => counts.unreadiness() === undefined, "ready by another");
});
