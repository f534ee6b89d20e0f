/** publisher (PUB) -> updates -> subscriber (SUB), asynchronously. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { execa } from "execa";
import { freeEndpoint, freePort, role, start, TcpProxy } from "process-kit/jest";
import { Publisher, Subscriber } from "zeromq";
import { sSend } from "zmq-common";
import { bound, boundInproc, connected, monitor } from "../support/sockets.js";
import { awaitSubscriptions, receiveUntil } from "./await-subscriptions.js";
import { interleaved } from "./interleaved.js";

async function pair(...subscriptions: (string | Buffer)[]) {
  const { socket: publisher, endpoint } = await bound(new Publisher());
  const subscriber = connected(new Subscriber(), endpoint);
  // Without arguments, `subscribe` subscribes to everything
  if (subscriptions.length > 0) subscriber.subscribe(...subscriptions);
  return { publisher, subscriber, endpoint };
}

async function publish(publisher: Publisher, ...messages: (string | Buffer)[]): Promise<void> {
  for (const message of messages) await publisher.send(message);
}

describe("subscriptions", () => {
  test("a SUB socket without a subscription gets nothing", async () => {
    const { publisher, subscriber, endpoint } = await pair();
    const control = connected(new Subscriber(), endpoint);
    control.subscribe();
    await awaitSubscriptions(publisher, control);

    await publish(publisher, "10001 1 2", "10002 3 4", "");
    expect(await receiveUntil(control, "")).toEqual(["10001 1 2", "10002 3 4"]);

    // Nor has anything been kept for it: the first that it gets is what comes from now on
    subscriber.subscribe();
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual([]);
  });

  test("being connected is not enough: what is published before it subscribes is lost", async () => {
    const publisher = new Publisher();
    const event = monitor(publisher);
    const { endpoint } = await bound(publisher);
    const subscriber = connected(new Subscriber(), endpoint);
    await event("handshake");

    await publish(publisher, "10001 1 2", "10002 3 4");
    subscriber.subscribe();
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual([]);
  });

  test("several subscriptions add up", async () => {
    const { publisher, subscriber } = await pair("10001 ", "94");
    await awaitSubscriptions(publisher, subscriber);

    await publish(publisher, "10001 1 2", "10002 3 4", "94103 5 6", "9", "94");
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual(["10001 1 2", "94103 5 6", "94"]);
  });

  test("a message that matches two subscriptions comes once", async () => {
    const { publisher, subscriber } = await pair("", "1", "100", "10001 ", "10001 ");
    await awaitSubscriptions(publisher, subscriber);

    await publish(publisher, "10001 1 2", "20002 3 4");
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual(["10001 1 2", "20002 3 4"]);
  });

  test("a cancelled subscription stops, and the others stay", async () => {
    const { publisher, subscriber } = await pair("10001 ", "94103 ");
    await awaitSubscriptions(publisher, subscriber);
    await publish(publisher, "10001 1 2", "94103 3 4");
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual(["10001 1 2", "94103 3 4"]);

    subscriber.unsubscribe("10001 ");
    await awaitSubscriptions(publisher, subscriber);
    await publish(publisher, "10001 5 6", "94103 7 8");
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual(["94103 7 8"]);
  });

  test("a subscription made twice stops when it has been cancelled twice", async () => {
    const { publisher, subscriber } = await pair("10001 ", "10001 ");
    subscriber.unsubscribe("10001 ");
    await awaitSubscriptions(publisher, subscriber);
    await publish(publisher, "10001 1 2");
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual(["10001 1 2"]);

    subscriber.unsubscribe("10001 ");
    await awaitSubscriptions(publisher, subscriber);
    await publish(publisher, "10001 3 4");
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual([]);
  });

  test("a subscription need not be text: binary ones match byte for byte", async () => {
    // No UTF-8, and no C string either: it goes on after the NUL
    const { publisher, subscriber } = await pair(Buffer.from([0xff, 0x00, 0x80]));
    await awaitSubscriptions(publisher, subscriber);

    await publish(publisher, Buffer.from([0xff, 0x00, 0x81]), Buffer.from([0xff, 0x00]));
    await publish(publisher, Buffer.from([0xff, 0x00, 0x80, 0x00, 0x01]));
    const [first] = await subscriber.receive();
    expect(first).toEqual(Buffer.from([0xff, 0x00, 0x80, 0x00, 0x01]));
  });
});

describe("PUB only sends, SUB only receives: TypeScript refuses the rest", () => {
  // Where a module finds `zeromq`
  const packageFolder = join(import.meta.dirname, "../..");
  const compiler = join(packageFolder, "../node_modules/typescript/bin/tsc");

  /** What the compiler says to one-way.ts once it is rewritten. */
  async function compile(rewrite: (source: string) => string): Promise<string> {
    const folder = await mkdtemp(join(packageFolder, "node_modules/.one-way-"));
    try {
      const source = await readFile(join(import.meta.dirname, "one-way.ts"), "utf8");
      const base = join(packageFolder, "../tsconfig.base.json");
      await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ extends: base }));
      await mkdir(join(folder, "src"));
      await writeFile(join(folder, "src/one-way.ts"), rewrite(source));
      const args = [compiler, "--noEmit", "-p", folder];
      const { stdout } = await execa(process.execPath, args, { reject: false });
      return stdout;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test("receiving on PUB and sending on SUB do not compile", async () => {
    const said = await compile((source) => source.replaceAll(/^.*@ts-expect-error.*$/gm, ""));
    expect(said.match(/error TS\d+: .*/g)).toEqual([
      "error TS2339: Property 'receive' does not exist on type 'Publisher'.",
      "error TS2339: Property 'send' does not exist on type 'Subscriber'.",
    ]);
  });

  test("nothing else about them is wrong", async () => {
    expect(await compile((source) => source)).toBe("");
  });
});

describe("who comes when", () => {
  test("the slow joiner: what is published right after bind is lost, though the client was there first", async () => {
    const endpoint = await freeEndpoint();
    // It found nobody, and will look again in half a second
    const subscriber = new Subscriber({ reconnectInterval: 500 });
    const event = monitor(subscriber);
    connected(subscriber, endpoint).subscribe();
    await event("connect:retry");

    using publisher = new Publisher({ linger: 0 });
    await publisher.bind(endpoint);
    for (let n = 0; n < 1000; n++) await sSend(publisher, String(n));
    // A thousand updates are lost, and none from then on
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual([]);
    for (let n = 1000; n < 1100; n++) await sSend(publisher, String(n));
    const joined = Array.from({ length: 100 }, (_, n) => String(1000 + n));
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual(joined);
  });

  test("a PUB socket without subscribers drops what it is given", async () => {
    const { socket: publisher, endpoint } = await bound(new Publisher({ sendHighWaterMark: 0 }));
    for (let n = 0; n < 10_000; n++) await publisher.send(String(n));

    const subscriber = connected(new Subscriber(), endpoint);
    subscriber.subscribe();
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual([]);
  });

  test("the weather client can start first, and the server later", async () => {
    const endpoint = await freeEndpoint();
    const client = role("wuclient", { filters: [""], connect: endpoint });
    await client.untilLogged(/no update for \d+ ms/);
    expect(client.stdout).toBe("Collecting updates from weather server...\n");

    role("wuserver", { bind: endpoint });
    await client.done();
    expect(client.stdout).toMatch(/^Average temperature for zipcode '' was -?\d+F$/m);
  });

  test("the server can be restarted as often as you like: the weather client keeps its count", async () => {
    const updates = 100;
    const port = await freePort();
    const client = role("wuclient", { filters: [""], connect: `tcp://127.0.0.1:${port}`, updates });
    const done = client.done().then(() => true);

    // server -> proxy -> client: the proxy tells how many updates a server can have sent the client at most
    const smallest = frames("00000 0 10").length;
    const most: number[] = [];
    for (let finished = false; !finished;) {
      const server = role("wuserver", { bind: "tcp://127.0.0.1:*", rate: 50 });
      const [, endpoint = ""] = await server.untilLogged(/publishing on (tcp:.+)/);
      await using proxy = await TcpProxy.start(endpoint, port);
      finished = await Promise.race([proxy.passed(20 * smallest).then(() => false), done]);
      // Now in good order, now without a word
      if (most.length % 2 === 0) await server.stop();
      else server.kill("SIGKILL");
      await server.exited();
      most.push(proxy.bytes / smallest);
    }
    expect(client.stdout).toMatch(/^Average temperature for zipcode '' was -?\d+F$/m);
    // None brought it all that it wanted
    expect(most.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...most)).toBeLessThan(updates);
  });
});

describe("many publishers, slow subscribers", () => {
  test("one SUB socket on several PUB sockets is fair-queued: none drowns out the others", async () => {
    const loud = await bound(new Publisher({ sendHighWaterMark: 0 }));
    const quiet = await bound(new Publisher({ sendHighWaterMark: 0 }));
    const subscriber = await subscribedTo(loud, quiet);
    const order = await interleaved(loud.socket, quiet.socket, subscriber);
    expect(order.lastIndexOf("q")).toBeLessThan(order.length / 2);
  });

  test("it takes one from each PUB socket in turn where all have some", async () => {
    // Over inproc what is sent has arrived
    const loud = await boundInproc(new Publisher({ sendHighWaterMark: 0 }));
    const quiet = await boundInproc(new Publisher({ sendHighWaterMark: 0 }));
    const subscriber = await subscribedTo(loud, quiet);
    const order = await interleaved(loud.socket, quiet.socket, subscriber);
    expect(order).toMatch(/^L?(qL){100}L+$/);
  });

  test("a slow subscriber costs the publisher bounded memory: beyond the high-water mark it drops", async () => {
    const messages = 300_000;
    const bounded = await costOfASlowSubscriber(1000, messages);
    const unbounded = await costOfASlowSubscriber(0, messages);

    expect(unbounded.received).toBe(messages);
    expect(unbounded.bytes).toBeGreaterThan(messages * 128);

    expect(bounded.received).toBeLessThan(messages / 10);
    expect(bounded.bytes).toBeLessThan(unbounded.bytes / 2);
  });
});

/** Connects a SUB socket to several PUB sockets; it can take any number of messages. */
async function subscribedTo(...publishers: { socket: Publisher; endpoint: string }[]): Promise<Subscriber> {
  const subscriber = new Subscriber({ receiveHighWaterMark: 0 });
  for (const { endpoint } of publishers) connected(subscriber, endpoint);
  subscriber.subscribe("L", "q");
  for (const { socket } of publishers) await awaitSubscriptions(socket, subscriber);
  return subscriber;
}

/** Has a batch published to a subscriber that does not receive until it is all out. */
async function costOfASlowSubscriber(highWaterMark: number, messages: number) {
  const program = join(import.meta.dirname, "numbered-publisher.ts");
  const args = ["--import", "tsx", program, String(highWaterMark), String(messages)];
  const publisher = start([process.execPath, ...args]);
  const [endpoint] = await publisher.line(/^tcp:.*$/);
  const subscriber = new Subscriber({ receiveHighWaterMark: 1, receiveBufferSize: 64 * 1024 });
  connected(subscriber, endpoint).subscribe();
  expect(String(await subscriber.receive())).toBe("join");

  publisher.write("\n");
  const [, bytes] = await publisher.line(/^grown by (-?\d+) bytes$/);
  const batch = await receiveUntil(subscriber, "end");
  publisher.write("\n");
  await publisher.done();
  return { bytes: Number(bytes), received: batch.filter((text) => text !== "join").length };
}

describe("filtering", () => {
  test("happens at the publisher: what does not match never goes over the connection", async () => {
    const { socket: publisher, endpoint } = await bound(new Publisher({ sendHighWaterMark: 0 }));
    const batch = Array.from({ length: 10_000 }, (_, n) => `${10_000 + (n % 100)} 50 ${n}`);
    const wanted = batch.filter((update) => update.startsWith("10001 "));

    /** Bytes that a batch costs on the connection of a subscriber. */
    async function bytesFor(filter: string, matching: string[]): Promise<number> {
      await using proxy = await TcpProxy.start(endpoint);
      const subscriber = connected(new Subscriber({ receiveHighWaterMark: 0 }), proxy.endpoint);
      subscriber.subscribe(filter);
      await awaitSubscriptions(publisher, subscriber);
      const before = proxy.bytes;

      await publish(publisher, ...batch, `${filter}end`);
      expect(await receiveUntil(subscriber, `${filter}end`)).toEqual(matching);
      const bytes = proxy.bytes - before;
      subscriber.close();
      return bytes;
    }

    expect(await bytesFor("", batch)).toBe(frames(...batch, "end").length);
    expect(await bytesFor("10001 ", wanted)).toBe(frames(...wanted, "10001 end").length);
  });
});

/** One-frame messages of up to 255 bytes as they go over the wire: flags, length, body (ZMTP 3.1). */
function frames(...texts: string[]): Buffer {
  return Buffer.concat(texts.map((text) => Buffer.from([0, text.length, ...Buffer.from(text)])));
}
