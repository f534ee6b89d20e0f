import { getEventListeners } from "node:events";
import { afterEach, describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { eventually } from "process-kit";
import { Router } from "zeromq";
import { LazyPirate, type LazyPirateContext, type LazyPirateOptions, NoReplyError } from "./lazy-pirate.js";
import { NamedHost } from "../testing/named-host.js";
import { rebind } from "../testing/rebind.js";

/** A server that answers when the test says so: ROUTER sees each request with its sender. */
async function server(local = "tcp://127.0.0.1:*") {
  const socket = new Router({ receiveTimeout: 5000, linger: 0 });
  await socket.bind(local);
  return {
    endpoint: socket.lastEndpoint ?? "",
    /** The next request, and what answers it. */
    async request() {
      const [sender = "", , text] = await socket.receive();
      return { text: String(text), answer: (reply: string) => socket.send([sender, "", reply]) };
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

const stop = new AbortController();
let logged: string[] = [];
afterEach(() => {
  logged = [];
});

const log = pino(
  { level: "warn" },
  { write: (line: string) => logged.push((JSON.parse(line) as { msg: string }).msg) },
);

function pirate(
  endpoints: string[],
  options: Partial<LazyPirateOptions> = {},
  context: Partial<LazyPirateContext> = {},
): LazyPirate {
  const requester = new LazyPirate(
    { timeout: 200, ...options },
    { signal: stop.signal, log, onFatalError: () => {}, ...context },
  );
  requester.connect(endpoints);
  return requester;
}

/** Sends a request and receives its reply. */
async function ask(requester: LazyPirate, text: string): Promise<Buffer[]> {
  await requester.send(text);
  return requester.receive();
}

test("sends a request and returns its reply, again and again", async () => {
  using there = await server();
  using requester = pirate([there.endpoint]);
  for (const n of ["1", "2", "3"]) {
    const reply = ask(requester, `Hello ${n}`);
    const request = await there.request();
    expect(request.text).toBe(`Hello ${n}`);
    await request.answer(`World ${n}`);
    expect((await reply).map(String)).toEqual([`World ${n}`]);
  }
  expect(logged).toEqual([]);
});

test("sends it again where no reply came, and never takes a late reply for that of another try", async () => {
  using there = await server();
  using requester = pirate([there.endpoint]);
  const reply = ask(requester, "Hello");
  const first = await there.request();
  const second = await there.request();
  expect(second.text).toBe("Hello");
  // Its socket is gone, so the first reply has nowhere to go
  await first.answer("late");
  await second.answer("in time");
  expect((await reply).map(String)).toEqual(["in time"]);
  expect(logged[0]).toBe(`no reply from ${there.endpoint} within 200 ms; trying again`);

  const next = ask(requester, "Hello again");
  const third = await there.request();
  expect(third.text).toBe("Hello again");
  await third.answer("World");
  expect((await next).map(String)).toEqual(["World"]);
});

test("waits for a server that comes late", async () => {
  const early = await server();
  const { endpoint } = early;
  early[Symbol.dispose]();
  using requester = pirate([endpoint]);
  const reply = ask(requester, "Hello");
  while (logged.length === 0) await new Promise(setImmediate);
  const socket = new Router({ receiveTimeout: 5000, linger: 0 });
  await rebind(socket, endpoint);
  const [sender = ""] = await socket.receive();
  await socket.send([sender, "", "World"]);
  expect((await reply).map(String)).toEqual(["World"]);
  socket.close();
});

test("takes the server that is there, of several", async () => {
  const gone = await server();
  gone[Symbol.dispose]();
  using there = await server();
  using requester = pirate([gone.endpoint, there.endpoint], { timeout: 5000 });
  const reply = ask(requester, "Hello");
  await (await there.request()).answer("World");
  expect((await reply).map(String)).toEqual(["World"]);
  expect(logged).toEqual([]);
});

test("gives up after that many tries, naming the servers", async () => {
  using there = await server();
  using requester = pirate([there.endpoint], { timeout: 30, retries: 3 });
  const reply = ask(requester, "Hello");
  await expect(reply).rejects.toThrow(NoReplyError);
  await expect(reply).rejects.toThrow(`no reply from ${there.endpoint}: tried 3 times, 30 ms each`);
  expect(logged).toHaveLength(2);
  for (let n = 0; n < 3; n++) expect((await there.request()).text).toBe("Hello");
});

test("gives up on several servers, naming them all", async () => {
  const connect = ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2"];
  using requester = pirate(connect, { timeout: 20, retries: 1 });
  await expect(ask(requester, "Hello")).rejects.toThrow(`no reply from ${connect.join(", ")}: tried`);
  expect(logged).toEqual([]);
});

test("closes its socket in the end, whether it waits or not", async () => {
  using there = await server();
  const idle = pirate([there.endpoint]);
  idle[Symbol.dispose]();
  await expect(ask(idle, "Hello")).rejects.toMatchObject({ code: "EBADF" });
  const waiting = pirate([there.endpoint], { timeout: 60_000 });
  const reply = ask(waiting, "Hello");
  await there.request();
  waiting[Symbol.dispose]();
  await expect(reply).rejects.toThrow();
  expect(logged).toEqual([]);
});

describe("ends with the signal's reason", () => {
  test.each(["while it waits for a server", "while it waits for a reply", "before it begins"])(
    "%s",
    async (when) => {
      using there = await server();
      const controller = new AbortController();
      const reason = new Error("stopped");
      const connect = when === "while it waits for a server" ? "tcp://127.0.0.1:1" : there.endpoint;
      if (when === "before it begins") controller.abort(reason);
      using requester = pirate([connect], { timeout: 60_000 }, { signal: controller.signal });
      const reply = ask(requester, "Hello");
      if (when === "while it waits for a reply") await there.request();
      controller.abort(reason);
      await expect(reply).rejects.toBe(reason);
      requester[Symbol.dispose]();
      expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    },
  );

  test("before it tries again", async () => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const aborting = pino({ level: "warn" }, { write: () => controller.abort(reason) });
    using requester = pirate(
      ["tcp://127.0.0.1:1"],
      { timeout: 20 },
      { signal: controller.signal, log: aborting },
    );
    await expect(ask(requester, "Hello")).rejects.toBe(reason);
    requester[Symbol.dispose]();
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

test("a time that is over before the reply is asked for makes it try again", async () => {
  using there = await server();
  using requester = pirate([there.endpoint], { timeout: 200 });
  await requester.send("Hello");
  await there.request();
  await new Promise((resolve) => void setTimeout(resolve, 300));
  const reply = requester.receive();
  await (await there.request()).answer("World");
  expect((await reply).map(String)).toEqual(["World"]);
});

describe("of several servers", () => {
  /** Answers so many requests with its own name. */
  async function answers(of: Awaited<ReturnType<typeof server>>, name: string, times: number): Promise<void> {
    for (let n = 0; n < times; n++) await (await of.request()).answer(name);
  }

  test("each gets every other request, once they are connected", async () => {
    using one = await server();
    using two = await server();
    using three = await server();
    using requester = pirate([one.endpoint, two.endpoint, three.endpoint], { timeout: 5000 });
    const replies: string[] = [];
    const answering = Promise.all([answers(one, "1", 36), answers(two, "2", 36), answers(three, "3", 36)]);
    answering.catch(() => {});
    while (replies.length < 36) replies.push(String(await ask(requester, "Hello")));
    // The first requests go to those that are connected already
    const inTurn = replies.slice(6).join("");
    expect(inTurn.slice(3)).toBe(inTurn.slice(0, -3));
    expect(new Set(inTurn)).toEqual(new Set("123"));
  });

  test("one that does not reply is passed over in the next tries, and asked again later", async () => {
    using hanging = await server();
    using there = await server();
    using requester = pirate([hanging.endpoint, there.endpoint], { timeout: 100, retries: 2 });
    void answers(there, "World", Infinity).catch(() => {});
    const asked: string[] = [];
    void (async () => {
      for (;;) {
        asked.push((await hanging.request()).text);
      }
    })().catch(() => {});
    // No request fails, although each has two tries only
    while (asked.length < 2) expect(String(await ask(requester, "Hello"))).toBe("World");
    const failure = `no reply from ${hanging.endpoint} within 100 ms; trying again`;
    expect(logged).toEqual([failure, failure]);
  });

  test("one that is the only one left is asked, although it did not reply", async () => {
    using hanging = await server();
    using gone = await server();
    using requester = pirate([hanging.endpoint, gone.endpoint], { timeout: 100 });
    gone[Symbol.dispose]();
    const reply = ask(requester, "Hello");
    await hanging.request();
    await (await hanging.request()).answer("World");
    expect(String(await reply)).toBe("World");
  });
});

(process.platform === "linux" ? describe : describe.skip)("of a name", () => {
  /** Answers every request with its own name. */
  async function serve(of: Awaited<ReturnType<typeof server>>, name: string): Promise<void> {
    for (;;) await (await of.request()).answer(name);
  }

  /** Servers at 127.0.0.1, 127.0.0.2, …, at one port, which answer with their number. */
  async function servers(count: number) {
    const first = await server();
    const { endpoint } = first;
    const all = [first];
    for (let n = 2; n <= count; n++) all.push(await server(endpoint.replace("0.0.1", `0.0.${n}`)));
    for (const [n, each] of all.entries()) void serve(each, String(n + 1)).catch(() => {});
    return { all, named: endpoint.replace("127.0.0.1", "name") };
  }

  /** The servers that answer the next twenty requests. */
  async function asked(requester: LazyPirate): Promise<string> {
    const replies = new Set<string>();
    for (let n = 0; n < 20; n++) replies.add(String(await ask(requester, "Hello")));
    return [...replies].toSorted().join("");
  }

  async function untilAsked(requester: LazyPirate, expected: string): Promise<void> {
    let last = "";
    await eventually(
      async () => (last = await asked(requester)) === expected,
      () => `servers ${expected} are asked, last were ${last}`,
      5000,
    );
  }

  test("each address is a server, one that it gets later too; one that is gone is not", async () => {
    const { all, named } = await servers(3);
    const host = new NamedHost("127.0.0.1", "127.0.0.2");
    const lookups = { resolve: host.resolve, interval: 100 };
    using requester = pirate([named], { lookups, retries: 3 });
    await untilAsked(requester, "12");
    host.set("127.0.0.1", "127.0.0.2", "127.0.0.3");
    await untilAsked(requester, "123");
    all[0]?.[Symbol.dispose]();
    host.set("127.0.0.2", "127.0.0.3");
    await untilAsked(requester, "23");
    for (const each of all) each[Symbol.dispose]();
  });

  test("a server that does not reply is named with its address in the log", async () => {
    const { all, named } = await servers(1);
    using hanging = await server(all[0]?.endpoint.replace("0.0.1", "0.0.2"));
    const host = new NamedHost("127.0.0.1", "127.0.0.2");
    using requester = pirate([named], { lookups: { resolve: host.resolve } });
    void hanging.request();
    while (logged.length === 0) await ask(requester, "Hello");
    expect(logged).toEqual([`no reply from ${named} (127.0.0.2) within 200 ms; trying again`]);
    all[0]?.[Symbol.dispose]();
  });

  test("that cannot be resolved yet, the server is found once it can be", async () => {
    const { all, named } = await servers(1);
    const host = new NamedHost();
    using requester = pirate([named], { lookups: { resolve: host.resolve } });
    const reply = ask(requester, "Hello");
    while (logged.length < 2) await new Promise(setImmediate);
    host.set("127.0.0.1");
    expect(String(await reply)).toBe("1");
    expect(logged.slice(0, 2)).toEqual([
      "cannot resolve the host name name; trying again",
      `no reply from ${named} within 200 ms; trying again`,
    ]);
    all[0]?.[Symbol.dispose]();
  });
});
