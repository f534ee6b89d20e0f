import { getEventListeners } from "node:events";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import * as fc from "fast-check";
import { Dealer, Pull, Push, Router, version } from "zeromq";
import "../sockets/closing.js";
import { seededRandom } from "./random.js";
import { frameText } from "../sockets/frames.js";
import { pipe } from "../testing/pipe.js";
import { startProgram } from "../testing/program.js";
import { transports } from "../testing/role.js";
import {
  sClock,
  sConsole,
  sDump,
  sRecv,
  sSend,
  sSendMore,
  sSetId,
  sSleep,
  sVersion,
  sVersionAssert,
  VersionError,
  within,
} from "./zhelpers.js";

afterEach(() => {
  jest.restoreAllMocks();
});

/** Collects what is written to stdout. */
function stdout(): { text: string } {
  const written = { text: "" };
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.text += String(text);
    return true;
  });
  return written;
}

describe("sSend and sRecv", () => {
  test.each(transports())("pass text over %s", async (transport) => {
    using line = await pipe(transport);
    for (const text of ["Hello", "", "Grüße, 世界", "x".repeat(100_000)]) {
      await sSend(line.push, text);
      expect(await sRecv(line.pull)).toBe(text);
    }
  });

  test("receive reads up to the first NUL, as C does", async () => {
    using line = await pipe();
    for (const frame of ["World\0", "World\0\0\0\0\0", Buffer.from([0x57, 0x6f, 0, 0xff, 0xfe])]) {
      await line.push.send(frame);
    }
    expect(await sRecv(line.pull)).toBe("World");
    expect(await sRecv(line.pull)).toBe("World");
    expect(await sRecv(line.pull)).toBe("Wo");
  });

  test("receive takes the first frame of a message", async () => {
    using line = await pipe();
    await line.push.send(["one", "two"]);
    await line.push.send("three");
    expect(await sRecv(line.pull)).toBe("one");
    expect(await sRecv(line.pull)).toBe("three");
  });

  test("receive never throws on bytes that are no text", () => {
    expect(frameText(Buffer.from([0xff, 0xc3, 0x28]))).toBe("��(");
  });

  test("receive ends with the signal's reason, before and during the wait", async () => {
    using line = await pipe();
    const reason = new Error("enough");
    await expect(sRecv(line.pull, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const received = sRecv(line.pull, controller.signal);
    controller.abort(reason);
    await expect(received).rejects.toBe(reason);
  });

  test("receive leaves nothing behind on its signal", async () => {
    using line = await pipe();
    const { signal } = new AbortController();
    await sSend(line.push, "Hello");
    await sRecv(line.pull, signal);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("sSendMore", () => {
  test("holds frames for the sSend that completes the message", async () => {
    using line = await pipe();
    sSendMore(line.push, "one");
    sSendMore(line.push, "");
    await sSend(line.push, "three");
    await sSend(line.push, "alone");
    expect((await line.pull.receive()).map(String)).toEqual(["one", "", "three"]);
    expect((await line.pull.receive()).map(String)).toEqual(["alone"]);
  });

  test("holds them for each socket apart", async () => {
    using one = await pipe();
    using two = await pipe();
    sSendMore(one.push, "for one");
    await sSend(two.push, "two");
    await sSend(one.push, "one");
    expect((await two.pull.receive()).map(String)).toEqual(["two"]);
    expect((await one.pull.receive()).map(String)).toEqual(["for one", "one"]);
  });

  test("still holds them when the send fails, until it is tried again", async () => {
    using push = new Push({ sendTimeout: 10, linger: 0 });
    await push.bind("tcp://127.0.0.1:*");
    sSendMore(push, "one");
    await expect(sSend(push, "two")).rejects.toMatchObject({ code: "EAGAIN" });
    using pull = new Pull();
    pull.connect(push.lastEndpoint ?? "");
    push.sendTimeout = 5000;
    await sSend(push, "two");
    await sSend(push, "three");
    expect((await pull.receive()).map(String)).toEqual(["one", "two"]);
    expect((await pull.receive()).map(String)).toEqual(["three"]);
  });
});

describe("sDump prints 40 dashes and a line per frame:", () => {
  const dashes = `${"-".repeat(40)}\n`;
  test.each<[string, (string | Buffer)[], string]>([
    ["text", ["Hello", "World!"], "[005] Hello\n[006] World!\n"],
    ["an empty frame", [""], "[000] \n"],
    ["a frame that is not printable, in hex", [Buffer.from([0, 0xab, 0x1f])], "[003] 00AB1F\n"],
    [
      "the edges of what is printable",
      [Buffer.from([0x20, 0x7e]), Buffer.from([0x1f]), Buffer.from([0x7f])],
      "[002]  ~\n[001] 1F\n[001] 7F\n",
    ],
    ["UTF-8, which is not ASCII", ["é"], "[002] C3A9\n"],
    [
      "lengths of two and three digits",
      ["x".repeat(12), "y".repeat(256)],
      `[012] ${"x".repeat(12)}\n[256] ${"y".repeat(256)}\n`,
    ],
    ["text with a NUL at its end, which is not printable", ["Hi\0"], "[003] 486900\n"],
    ["a length of more than three digits", ["x".repeat(1234)], `[1234] ${"x".repeat(1234)}\n`],
  ])("%s", async (_, frames, lines) => {
    using line = await pipe();
    let printed = "";
    await line.push.send(frames);
    await sDump(line.pull, (text) => (printed += text));
    expect(printed).toBe(dashes + lines);
  });

  test("on stdout, if nothing else is said", async () => {
    using line = await pipe();
    await line.push.send("Hello");
    const written = stdout();
    await sDump(line.pull);
    expect(written.text).toBe(`${dashes}[005] Hello\n`);
  });
});

test("sSetId gives a socket a printable identity that its peer sees", async () => {
  using router = new Router({ receiveTimeout: 5000 });
  await router.bind("tcp://127.0.0.1:*");
  using dealer = new Dealer({ linger: 0 });
  const identity = sSetId(dealer);
  expect(identity).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}$/);
  expect(dealer.routingId).toBe(identity);
  dealer.connect(router.lastEndpoint ?? "");
  await dealer.send("Hello");
  expect((await router.receive()).map(String)).toEqual([identity, "Hello"]);
});

describe("sSleep", () => {
  test.each([0.1, 1, 2, 10])(
    "lets the event loop turn in %d ms, and does not end early",
    async (milliseconds) => {
      let turned = false;
      // Whichever comes first: on a busy machine timers are due before the first turn ends
      setImmediate(() => (turned = true));
      setTimeout(() => (turned = true), 1);
      const start = performance.now();
      await sSleep(milliseconds);
      expect(performance.now() - start).toBeGreaterThanOrEqual(milliseconds);
      expect(turned).toBe(true);
    },
  );

  test("sleeps for as long as it is told", async () => {
    const start = performance.now();
    await sSleep(50);
    expect(performance.now() - start).toBeGreaterThan(48);
  });

  test("is cut short by its signal, and resolves", async () => {
    const controller = new AbortController();
    const asleep = sSleep(60_000, controller.signal);
    controller.abort();
    await asleep;
    await sSleep(60_000, controller.signal);
  });

  test("leaves nothing behind on its signal", async () => {
    const { signal } = new AbortController();
    await sSleep(1, signal);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

test("sClock counts whole milliseconds, and never back", async () => {
  const start = sClock();
  await sSleep(20);
  const end = sClock();
  expect(Number.isInteger(start)).toBe(true);
  expect(end - start).toBeGreaterThanOrEqual(19);
});

test("sConsole prints local time and the message", () => {
  jest.useFakeTimers({ now: new Date(2026, 0, 2, 3, 4, 5) });
  const written = stdout();
  sConsole("I: %s is %d", "answer", 42);
  jest.useRealTimers();
  expect(written.text).toBe("26-01-02 03:04:05 I: answer is 42\n");
});

test("sVersion prints and returns the version of libzmq", () => {
  const written = stdout();
  expect(sVersion()).toBe(version);
  expect(written.text).toBe(`Current 0MQ version is ${version}\n`);
});

describe("sVersionAssert", () => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  test.each([
    [major, minor],
    [major, minor - 1],
    [major - 1, minor + 50],
  ])("accepts %d.%d", (wantedMajor, wantedMinor) => {
    sVersionAssert(wantedMajor, wantedMinor);
  });

  test.each([
    [major, minor + 1],
    [major + 1, 0],
  ])("refuses %d.%d", (wantedMajor, wantedMinor) => {
    const assertion = () => sVersionAssert(wantedMajor, wantedMinor);
    expect(assertion).toThrow(VersionError);
    expect(assertion).toThrow(
      `Current 0MQ version is ${version}; the application needs at least ${wantedMajor}.${wantedMinor}`,
    );
  });
});

// Windows has no SIGTERM to send
(process.platform === "win32" ? describe.skip : describe)("sCatchSignals", () => {
  const program = `
    import { sCatchSignals } from "./zhelpers/zhelpers.ts";
    delete process.env._; // These tests may have been started by nohup
    const signal = sCatchSignals();
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener("abort", () => {
      console.log(signal.reason.name, signal.reason.message);
      clearInterval(alive);
    });
    console.log("ready");`;

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("turns %s into an abort", async (name) => {
    const child = startProgram(program);
    await child.line(/^ready$/);
    child.kill(name);
    await child.done();
    expect(child.stdout).toBe(`ready\nAbortError stopped by ${name}\n`);
  });
});

describe("within", () => {
  test("gives every integer from 0 to n - 1 about as often", () => {
    const random = seededRandom(1);
    const counts = Array.from({ length: 100 }, () => 0);
    for (let draw = 0; draw < 100_000; draw++) {
      const value = within(100, random);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    expect(counts).toHaveLength(100);
    // Chi-square with 99 degrees of freedom: 149 is exceeded once in a thousand, and the seed is fixed
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(149);
  });

  test.each([2 ** -53, 2 ** -32])("never gives n itself, even where the source gives 1 - %d", (step) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (n) => {
        expect(within(n, () => 1 - step)).toBe(n - 1);
        expect(within(n, () => 0)).toBe(0);
      }),
      { examples: [[1], [2], [3], [100], [2 ** 31 + 1], [2 ** 32]] },
    );
  });

  test("takes Math.random where it is given no source", () => {
    for (let draw = 0; draw < 1000; draw++) expect([0, 1, 2]).toContain(within(3));
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])("refuses %d", (n) => {
    expect(() => within(n)).toThrow(
      new RangeError(`Expected \`n\` to be an integer from 1 to 2^32, got \`${n}\``),
    );
  });
});
