import { expect, test } from "@jest/globals";
import { Pull, Push, Reply, Subscriber } from "zeromq";
import { LazyPirate } from "../patterns/lazy-pirate.js";
import { bindEndpoints, connectAndWait } from "../sockets/connecting.js";
import { messages } from "../sockets/messages.js";
import { observerOf } from "../sockets/observer.js";
import { sSend } from "../zhelpers/zhelpers.js";
import { Telemetry } from "./telemetry.js";
import { LABELS, parseTelemetry, type TelemetryMessage } from "./wire.js";

const quiet = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const signal = AbortSignal.timeout(20_000);
const context = { log: quiet, onFatalError() {}, signal };

/** A page: a bound SUB socket, and what it has received. */
async function startPage() {
  const socket = new Subscriber({ linger: 0 });
  await socket.bind("tcp://127.0.0.1:*");
  const received: TelemetryMessage[] = [];
  const watchers = new Set<() => void>();
  const reading = (async () => {
    for await (const frames of socket) {
      const message = parseTelemetry(frames);
      if (message === undefined) throw new Error(`malformed: ${frames.map(String).join(" ")}`);
      received.push(message);
      for (const look of watchers) look();
    }
  })().catch((error: unknown) => {
    if (!socket.closed) throw error;
  });
  return {
    socket,
    received,
    endpoint: socket.lastEndpoint ?? "",
    async until<T extends TelemetryMessage["topic"]>(
      topic: T,
      condition: (message: TelemetryMessage & { topic: T }) => boolean = () => true,
    ): Promise<TelemetryMessage & { topic: T }> {
      const find = () =>
        received.find(
          (each): each is TelemetryMessage & { topic: T } =>
            each.topic === topic && condition(each as TelemetryMessage & { topic: T }),
        );
      await new Promise<void>((resolve) => {
        const look = () => find() !== undefined && resolve();
        watchers.add(look);
        look();
      });
      return find() as TelemetryMessage & { topic: T };
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await reading;
    },
  };
}

test("without telemetry nobody is told of a socket", async () => {
  using socket = new Pull();
  await bindEndpoints(socket, ["tcp://127.0.0.1:*"], context);
  expect(observerOf(socket)).toBeUndefined();
});

test("tells who it is, counts, and times what is done with each message: PUSH -> PULL", async () => {
  await using page = await startPage();
  page.socket.subscribe("");
  page.socket.subscribe(LABELS);
  const telemetry = new Telemetry("taskwork", page.endpoint, context);
  using receiver = new Pull();
  const [endpoint = ""] = await bindEndpoints(receiver, ["tcp://127.0.0.1:*"], context);
  using sender = new Push();
  await connectAndWait(sender, [endpoint], context);
  for (const task of ["5", "6", "7"]) await sSend(sender, task);

  let seen = 0;
  for await (const [frame] of messages(receiver, { signal, burst: true })) {
    // What it is at, is told while it is at it
    const label = String(frame);
    if ((seen += 1) === 1) await page.until("tick", ({ doing }) => doing[0]?.[2] === label);
    if (seen === 3) break;
  }
  const node = await page.until("node", ({ sockets }) => sockets.length === 2);
  expect(node).toMatchObject({ v: 1, role: "taskwork", pid: process.pid });
  expect(node.sockets).toEqual([
    { name: "PULL", type: "PULL", binds: [endpoint], connects: [] },
    { name: "PUSH", type: "PUSH", binds: [], connects: [endpoint] },
  ]);
  const tick = await page.until("tick", ({ sockets }) => sockets["PULL"]?.[0] === 3);
  expect(tick.sockets).toEqual({ PULL: [3, 0, 1], PUSH: [0, 3, 1] });
  await page.until("span", ({ spans }) => spans.some(([, , label]) => label === "7"));
  const spans = page.received.flatMap((each) => (each.topic === "span" ? each.spans : []));
  expect(spans.map(([, , label]) => label)).toEqual(["5", "6", "7"]);

  await telemetry.end(0);
  expect(await page.until("node", ({ state }) => state === "ended")).toMatchObject({ code: 0 });
});

test("what happened before anybody looked is kept for a moment", async () => {
  await using page = await startPage();
  const telemetry = new Telemetry("taskwork", page.endpoint, context);
  using socket = new Pull();
  await bindEndpoints(socket, ["tcp://127.0.0.1:*"], context);
  observerOf(socket)?.begin("41");
  observerOf(socket)?.end();
  page.socket.subscribe("");
  page.socket.subscribe(LABELS);
  expect((await page.until("span")).spans).toEqual([[expect.any(Number), expect.any(Number), "41"]]);
  await telemetry.end(0);
});

test("labels are told only where they are asked for", async () => {
  await using page = await startPage();
  page.socket.subscribe("span", "tick");
  const telemetry = new Telemetry("taskwork", page.endpoint, context);
  using socket = new Pull();
  await bindEndpoints(socket, ["tcp://127.0.0.1:*"], context);
  await page.until("tick");
  observerOf(socket)?.begin("secret");
  observerOf(socket)?.end();
  expect((await page.until("span")).spans).toEqual([[expect.any(Number), expect.any(Number), ""]]);
  await telemetry.end(0);
});

test("more than can be timed is counted, and said to be missing", async () => {
  await using page = await startPage();
  page.socket.subscribe("");
  const telemetry = new Telemetry("taskwork", page.endpoint, context);
  using socket = new Pull();
  await bindEndpoints(socket, ["tcp://127.0.0.1:*"], context);
  await page.until("tick");
  const observer = observerOf(socket);
  for (let n = 0; n < 1000; n++) {
    observer?.received();
    observer?.begin("1");
    observer?.end();
  }
  const { spans, missed } = await page.until("span");
  expect([spans.length, missed]).toEqual([200, 800]);
  await page.until("tick", ({ sockets }) => sockets["PULL"]?.[0] === 1000);
  await telemetry.end(0);
});

test("once nobody looks, spans are not timed, and again once somebody does", async () => {
  await using page = await startPage();
  page.socket.subscribe("");
  const telemetry = new Telemetry("taskwork", page.endpoint, context);
  using socket = new Pull();
  await bindEndpoints(socket, ["tcp://127.0.0.1:*"], context);
  await page.until("tick");
  const isTiming = () => (observerOf(socket) as { timing?: boolean } | undefined)?.timing;
  expect(isTiming()).toBe(true);
  page.socket.unsubscribe("");
  while (isTiming()) await new Promise((resolve) => setImmediate(resolve));
  page.socket.subscribe("");
  while (!isTiming()) await new Promise((resolve) => setImmediate(resolve));
  await telemetry.end(0);
});

test("a try without a reply says so, and the next is of the same socket: REQ -> REP", async () => {
  await using page = await startPage();
  page.socket.subscribe("");
  const telemetry = new Telemetry("hello-client", page.endpoint, context);
  using server = new Reply();
  const [endpoint = ""] = await bindEndpoints(server, ["tcp://127.0.0.1:*"]);
  using requester = new LazyPirate({ timeout: 300 }, context);
  requester.connect([endpoint]);
  await requester.send("Hello");
  const reply = requester.receive();
  await server.receive();
  // No reply to the first try; the second is of a fresh socket
  const lost = await page.until("span", ({ spans }) =>
    spans.some(([, , , outcome]) => outcome !== undefined),
  );
  expect(lost.spans).toEqual([[expect.any(Number), expect.any(Number), "", "no reply"]]);
  await server.send("World").catch(() => {});
  await server.receive();
  await server.send("World");
  expect(String(await reply)).toBe("World");
  const names = new Set(page.received.map((each) => (each.topic === "span" ? each.socket : "REQ")));
  expect([...names]).toEqual(["REQ"]);
  await telemetry.end(0);
});

test("a try for which there is no server is told of as well", async () => {
  await using page = await startPage();
  page.socket.subscribe("");
  const telemetry = new Telemetry("hello-client", page.endpoint, context);
  using absent = new Reply();
  await absent.bind("tcp://127.0.0.1:*");
  const endpoint = absent.lastEndpoint ?? "";
  await absent.unbind(endpoint);
  using requester = new LazyPirate({ timeout: 50, retries: 3 }, context);
  requester.connect([endpoint]);
  await expect(requester.send("Hello").then(() => requester.receive())).rejects.toThrow("tried 3 times");
  await telemetry.end(0);
  await page.until("node", ({ state }) => state === "ended");
  const tries = page.received.flatMap((each) => (each.topic === "span" ? each.spans : []));
  expect(tries.map(([, took, , outcome]) => `${took} ms, ${outcome}`)).toEqual(
    Array.from({ length: 3 }, () => "50 ms, not sent"),
  );
});

test("a role that is over before the page has found it is told of all the same", async () => {
  await using page = await startPage();
  page.socket.subscribe("");
  const telemetry = new Telemetry("taskvent", page.endpoint, context);
  const socket = new Push({ linger: 0 });
  const [endpoint = ""] = await bindEndpoints(socket, ["tcp://127.0.0.1:*"], context);
  for (let n = 0; n < 5; n++) observerOf(socket)?.sent();
  socket.close();
  await telemetry.end(0);
  expect((await page.until("tick")).sockets).toEqual({ PUSH: [0, 5, 0] });
  const { sockets } = await page.until("node", ({ state }) => state === "ended");
  expect(sockets).toEqual([{ name: "PUSH", type: "PUSH", binds: [endpoint], connects: [] }]);
});

test("a page that is not there does not keep it from its end", async () => {
  const telemetry = new Telemetry("taskwork", "tcp://127.0.0.1:9", context);
  telemetry.log("info", "nobody hears this");
  await telemetry.end(0);
  expect(observerOf(new Pull())).toBeUndefined();
});
