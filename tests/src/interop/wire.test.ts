/** Our roles fed byte for byte what peers of other languages, and untrusted ones, may send. */
import { describe, expect, test } from "@jest/globals";
import { freeEndpoint, type LogLine, role } from "process-kit/jest";
import { Dealer, Pull, Push, Reply, Request, XPublisher } from "zeromq";
import { bound, connected, receive } from "../support/sockets.js";

/** What no reader may take for text. */
const JUNK = Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80, 0x00, 0x01]);
/** How many results the batch of {@link collects} takes. */
const RESULTS = 12;

const MEGABYTE = 1_000_000;
/** More than a role that is open to everyone lets in. */
const TOO_MUCH = 4 * 1024 * 1024;

describe("weather updates", () => {
  const TEXT = "10001 41 30";

  /** C++'s 20 bytes: the text, a NUL, and a tail that was there before. */
  const cpp = (tail: (length: number) => Buffer) => {
    const text = Buffer.from(`${TEXT}\0`);
    return Buffer.concat([text, tail(20 - text.length)]);
  };

  test.each([
    ["as C sends it", "10001 ", TEXT],
    ["with a trailing NUL", "10001 ", `${TEXT}\0`],
    ["with a tail of zeros", "10001 ", cpp((length) => Buffer.alloc(length))],
    ["with a tail of 0xFF bytes", "10001 ", cpp((length) => Buffer.alloc(length, 0xff))],
    ["with a tail of broken UTF-8", "10001 ", cpp((length) => Buffer.alloc(length, JUNK))],
    ["with a tail that looks like more of it", "10001 ", cpp((length) => Buffer.alloc(length, "9 "))],
    ["with a tail of the update before", "10001 ", cpp((length) => Buffer.alloc(length, "0\0"))],
    ["with a zip code that is not padded", "501 ", "501 41 30"],
    ["with a zip code of one digit", "7 ", "7 41 30"],
    ["with a zip code padded with blanks, as Free Pascal sends it", "  501 ", "  501 41 30"],
    ["with the zip code 100000, as PHP sends it", "100000 ", "100000 41 30"],
    ["without a humidity, as C# sends it", "10001 ", "10001 41"],
  ])("are read %s", async (_, filter, update) => {
    expect(await averageOf(filter, [update], 1)).toBe(41);
  });

  test.each([
    ["the coldest", [-80], -80],
    ["the warmest", [134], 134],
    ["a mean that is truncated", [41, 42], 41],
    ["a mean below zero that is truncated, not rounded down", [-41, -42], -41],
    ["a mean between -1 and 0", [0, -1], 0],
  ])("give the average of %s", async (_, temperatures, average) => {
    const updates = temperatures.map((temperature) => `10001 ${temperature} 30`);
    expect(await averageOf("10001 ", updates, temperatures.length)).toBe(average);
  });

  test("are dropped and counted where they are none, and change no average", async () => {
    const nonsense = [
      "",
      "\0",
      "10001",
      "10001 41 ",
      "10001 warm 30",
      "weather: mild",
      "-0001 41 30",
      "10001  41 30\n\n\n",
      JUNK,
      Buffer.alloc(20, 0xff),
      Buffer.alloc(MEGABYTE, "1"),
      Buffer.alloc(TOO_MUCH, "1"),
    ];
    const updates = ["10001 40 30", ...nonsense, "90210 42 30"];
    expect(await averageOf("", updates, 2, (line) => expect(line?.["count"]).toBe(nonsense.length))).toBe(41);
  });
});

describe("tasks", () => {
  test.each([
    ["as C sends it", "57"],
    ["with a trailing NUL", "57\0"],
    ["in C++'s ten bytes", Buffer.concat([Buffer.from("57"), Buffer.alloc(8)])],
    ["padded to 256 bytes", Buffer.concat([Buffer.from("57"), Buffer.alloc(254)])],
    ["with an uninitialised tail", Buffer.concat([Buffer.from("57\0"), JUNK])],
    ["in C#'s four little-endian bytes", Buffer.from([57, 0, 0, 0])],
  ])("of 57 ms are done %s", async (_, task) => {
    const { vent, sink, worker } = await startWorker();
    await vent.send("1");
    await receive(sink);

    const start = performance.now();
    await vent.send(task);
    expect(await receive(sink)).toEqual([Buffer.alloc(0)]);
    // Timers run a millisecond early now and then.
    expect(performance.now() - start).toBeGreaterThan(55);
    await worker.until(/^1\.57\.$/);
    expect(worker.logged().filter(isWarning)).toEqual([]);
  });

  test.each([
    ["empty", ""],
    ["a NUL", "\0"],
    ["a word", "soon"],
    ["a negative number", "-57"],
    ["ten digits", "9999999999"],
    ["not text", JUNK],
    ["four bytes that are no small integer", Buffer.from([7, 0, 0, 1])],
    ["a megabyte of digits", Buffer.alloc(MEGABYTE, "9")],
    ["megabytes of digits", Buffer.alloc(TOO_MUCH, "9")],
    ["megabytes of NULs", Buffer.alloc(TOO_MUCH)],
  ])("that are %s are logged, cost nothing and are confirmed all the same", async (_, nonsense) => {
    const { vent, sink, worker } = await startWorker();
    await vent.send(nonsense);
    expect(await receive(sink)).toEqual([Buffer.alloc(0)]);

    // What follows is done as ever.
    await vent.send("3");
    expect(await receive(sink)).toEqual([Buffer.alloc(0)]);
    await worker.until(/\.3\.$/);
    await worker.stop();
    expect(worker.logged().filter(isWarning)).toHaveLength(1);
  });

  test("of several frames are one task, with one result", async () => {
    const { vent, sink, worker } = await startWorker();
    await vent.send(["57", "57"]);
    await vent.send("3");
    await receive(sink);
    await receive(sink);
    await worker.until(/\.3\.$/);
    await worker.stop();
    expect(worker.stdout.match(/\./g)).toHaveLength(2);
  });
});

describe("the batch", () => {
  test.each([
    ["C's one byte", "0"],
    ["C++'s two bytes", "0\u007f"],
    ["C++'s two bytes, the stray one no text", Buffer.from([0x30, 0xff])],
    ["a NUL behind it", "0\0"],
  ])("starts with %s", async (_, start) => {
    await collects([start, ...Array.from({ length: RESULTS }, () => "")]);
  });

  test.each([
    ["empty", ""],
    ["a number", "0"],
    ["text", "done"],
    ["not text", JUNK],
    ["a megabyte", Buffer.alloc(MEGABYTE, 0xff)],
    ["of several frames", ["a", "", "b"]],
  ])("takes results that are %s", async (_, result) => {
    await collects(["0", ...Array.from({ length: RESULTS }, () => result)]);
  });
});

describe("requests", () => {
  test.each([
    ["as C sends it", "Hello"],
    ["with a trailing NUL", "Hello\0"],
    ["empty", ""],
    ["not text", JUNK],
    ["a megabyte", Buffer.alloc(MEGABYTE, 0xff)],
    ["of several frames", ["Hello", "", "again"]],
    ["of several empty frames", ["", ""]],
  ])("are answered: %s", async (_, request) => {
    const { client, server } = await startServer();
    await client.send(request);
    expect(await receive(client)).toEqual([Buffer.from("World")]);
    await server.line(/^Received /);

    // And so is the next one.
    await client.send("Hello");
    expect(await receive(client)).toEqual([Buffer.from("World")]);
    await server.until(/^Received .*\nReceived Hello\n$/);
    await server.stop();
  });

  test("are answered one by one where a client does not wait for its replies", async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", { bind: endpoint, work: 1 });
    const client = connected(new Dealer(), endpoint);
    // The empty frame is the envelope that a REQ socket adds by itself.
    for (let n = 0; n < 10; n++) await client.send(["", "Hello"]);
    for (let n = 0; n < 10; n++)
      expect(await receive(client)).toEqual([Buffer.alloc(0), Buffer.from("World")]);
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n".repeat(10));
  });

  test("with a trailing NUL are printed without it", async () => {
    const { client, server } = await startServer();
    await client.send("Hello\0");
    await receive(client);
    await server.line(/^Received Hello$/);
  });
});

describe("who sends too much is cut off, and the others are served", () => {
  test("by hello-server", async () => {
    const { client, server, endpoint } = await startServer();
    await cutOff(new Request(), endpoint);
    await client.send("Hello");
    expect(await receive(client)).toEqual([Buffer.from("World")]);
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n");
  });

  test("by tasksink", async () => {
    const { sink, endpoint } = await startSink();
    await cutOff(new Push(), endpoint);
    const worker = connected(new Push(), endpoint);
    for (let n = 0; n <= RESULTS; n++) await worker.send(n === 0 ? "0" : "");
    await sink.done();
  });
});

describe("replies", () => {
  test.each([
    ["as C sends them", "World", "World"],
    ["with a trailing NUL", "World\0", "World"],
    ["with an uninitialised tail", Buffer.concat([Buffer.from("World\0"), JUNK]), "World"],
    ["of several frames", ["World", "peace"], "World"],
  ])("are taken %s", async (_, reply, printed) => {
    const { socket: server, endpoint } = await bound(new Reply());
    const client = role("hello-client", { connect: endpoint, requests: 2 });
    for (let n = 0; n < 2; n++) {
      expect(await receive(server)).toEqual([Buffer.from("Hello")]);
      await server.send(reply);
    }
    await client.done();
    expect(client.stdout).toContain(`Received ${printed} 0\nSending Hello 1...\nReceived ${printed} 1\n`);
  });

  test.each([
    ["empty", ""],
    ["not text", JUNK],
    ["a megabyte", Buffer.alloc(MEGABYTE, 0xff)],
    ["megabytes", Buffer.alloc(TOO_MUCH, 0xff)],
  ])("that are %s are replies too", async (_, reply) => {
    const { socket: server, endpoint } = await bound(new Reply());
    const client = role("hello-client", { connect: endpoint, requests: 1 });
    await receive(server);
    await server.send(reply);
    await client.done();
  });
});

/** Publishes to a client of ours once it has subscribed, and returns the average it prints. */
async function averageOf(
  filter: string,
  updates: readonly (string | Buffer)[],
  count: number,
  check: (lastLine: LogLine | undefined) => void = () => {},
): Promise<number> {
  const { socket: publisher, endpoint } = await bound(new XPublisher());
  const client = role("wuclient", { filters: [filter], connect: endpoint, updates: count });
  const [subscription] = await receive(publisher);
  expect(subscription).toEqual(Buffer.from(`\u0001${filter}`));
  for (const update of updates) await publisher.send(update);

  await client.done();
  const [, average] = await client.line(/^Average temperature for zipcode '.*' was (-?\d+)F$/);
  check(client.logged().at(-1));
  return Number(average);
}

async function startWorker() {
  const vent = await bound(new Push());
  const sink = await bound(new Pull());
  const worker = role("taskwork", { vent: vent.endpoint, sink: sink.endpoint });
  return { vent: vent.socket, sink: sink.socket, worker };
}

/** Sends a sink of ours these messages and expects the output of a batch. */
async function collects(messages: readonly (string | Buffer | string[])[]) {
  const { sink, endpoint } = await startSink();
  const worker = connected(new Push(), endpoint);
  for (const message of messages) await worker.send(message);
  await sink.done();
  expect(sink.stdout).toMatch(/^:\.{9}:\.\nTotal elapsed time: \d+ msec\n$/);
}

async function startSink() {
  const endpoint = await freeEndpoint();
  const sink = role("tasksink", { bind: endpoint, tasks: RESULTS });
  return { sink, endpoint };
}

/** Sends more than is let in, and waits for the connection to be closed. */
async function cutOff(socket: Request | Push, endpoint: string): Promise<void> {
  const disconnected = new Promise<void>((resolve) => {
    socket.events.on("disconnect", () => resolve());
  });
  await connected<Request | Push>(socket, endpoint).send(Buffer.alloc(TOO_MUCH, 0xff));
  await disconnected;
}

async function startServer() {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 1 });
  return { client: connected(new Request(), endpoint), server, endpoint };
}

/** Whether a line of the log is of level warn or worse. */
function isWarning({ level }: LogLine): boolean {
  return level >= 40;
}
