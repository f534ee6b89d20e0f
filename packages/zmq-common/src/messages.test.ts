import { once } from "node:events";
import { describe, expect, jest, test } from "@jest/globals";
import { Pull, Push } from "zeromq";
import "./closing.js";
import { messages, QuietError, receive } from "./messages.js";
import { pipe } from "./testing/pipe.js";
import { startProgram } from "./testing/program.js";

const stopped = new Error("stopped");

test("yields messages as they come", async () => {
  using line = await pipe();
  await line.push.send("one");
  await line.push.send(["two", "frames"]);
  const seen = [];
  for await (const message of messages(line.pull)) {
    seen.push(message.map(String));
    if (seen.length === 2) break;
  }
  expect(seen).toEqual([["one"], ["two", "frames"]]);
});

test("leaves the socket as it was when the loop is left", async () => {
  using line = await pipe();
  await line.push.send("one");
  for await (const _ of messages(line.pull)) break;
  await line.push.send("two");
  expect(String(await receive(line.pull))).toBe("two");
});

describe("once its signal is aborted", () => {
  test("throws the reason without waiting", async () => {
    using line = await pipe();
    await expect(receive(line.pull, { signal: AbortSignal.abort(stopped) })).rejects.toBe(stopped);
    expect(line.pull.closed).toBe(false);
  });

  test("throws the reason while it waits, and closes the socket", async () => {
    using line = await pipe();
    const controller = new AbortController();
    const received = receive(line.pull, { signal: controller.signal });
    controller.abort(stopped);
    await expect(received).rejects.toBe(stopped);
    expect(line.pull.closed).toBe(true);
  });

  test("lets the body of the loop finish with the socket still open", async () => {
    using line = await pipe();
    await line.push.send("one");
    const controller = new AbortController();
    let finished = false;
    const loop = async () => {
      for await (const _ of messages(line.pull, { signal: controller.signal })) {
        controller.abort(stopped);
        await new Promise(setImmediate);
        expect(line.pull.closed).toBe(false);
        finished = true;
      }
    };
    await expect(loop()).rejects.toBe(stopped);
    expect(finished).toBe(true);
  });

  test("throws nothing else, however many messages are on their way", async () => {
    for (let round = 0; round < 10; round++) {
      using line = await pipe();
      const controller = new AbortController();
      const sending = new AbortController();
      const send = async () => {
        while (!sending.signal.aborted) {
          for (let n = 0; n < 100; n++) await line.push.send("x");
          await new Promise(setImmediate);
        }
      };
      const sent = send();
      const loop = async () => {
        let count = 0;
        for await (const _ of messages(line.pull, { signal: controller.signal })) {
          if ((count += 1) === 500) setImmediate(() => controller.abort(stopped));
        }
      };
      await expect(loop()).rejects.toBe(stopped);
      sending.abort();
      await sent.catch(() => {});
    }
  });

  test("leaves no listener behind", async () => {
    using line = await pipe();
    const { signal } = new AbortController();
    const remove = jest.spyOn(signal, "removeEventListener");
    const add = jest.spyOn(signal, "addEventListener");
    await line.push.send("one");
    for await (const _ of messages(line.pull, { signal })) break;
    expect(remove.mock.calls).toHaveLength(add.mock.calls.length);
  });
});

describe("with a timeout", () => {
  test("throws when no message comes in time", async () => {
    using line = await pipe();
    const start = performance.now();
    const received = receive(line.pull, { timeout: 100 });
    await expect(received).rejects.toThrow(new QuietError(100));
    await expect(received).rejects.toThrow("no message within 100 ms");
    expect(performance.now() - start).toBeGreaterThanOrEqual(98);
  });

  test("throws what onTimeout makes", async () => {
    using line = await pipe();
    const received = receive(line.pull, { timeout: 20, onTimeout: (ms) => new Error(`gave up after ${ms}`) });
    await expect(received).rejects.toThrow("gave up after 20");
  });

  test("counts from message to message", async () => {
    using line = await pipe();
    const sender = setInterval(() => void line.push.send("tick"), 20);
    let count = 0;
    for await (const _ of messages(line.pull, { timeout: 1000 })) if ((count += 1) === 60) break;
    clearInterval(sender);
    expect(count).toBe(60);
  });

  test("does not count the time that the body takes", async () => {
    using line = await pipe();
    await line.push.send("one");
    await line.push.send("two");
    let count = 0;
    for await (const _ of messages(line.pull, { timeout: 30 })) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if ((count += 1) === 2) break;
    }
    expect(count).toBe(2);
  });
});

describe("tells of silence", () => {
  test("after a while, then each time it has doubled", async () => {
    using line = await pipe();
    const told: number[] = [];
    const quiet = new Promise<void>((resolve) => {
      const onQuiet = (ms: number) => told.push(ms) === 3 && resolve();
      void receive(line.pull, { quietAfter: 50, onQuiet }).catch(() => {});
    });
    await quiet;
    const [first = 0, second = 0, third = 0] = told;
    expect(first).toBeGreaterThanOrEqual(50);
    expect(second).toBeGreaterThanOrEqual(100);
    expect(third).toBeGreaterThanOrEqual(200);
  });

  test("anew after a message", async () => {
    using line = await pipe();
    const told: number[] = [];
    const onQuiet = (ms: number) => {
      told.push(ms);
      void line.push.send("there");
    };
    let count = 0;
    for await (const _ of messages(line.pull, { quietAfter: 300, onQuiet })) if ((count += 1) === 2) break;
    // A silence that went on would be told of at 600 and not at 300 again
    for (const ms of told) expect(ms).toBeLessThan(600);
    expect(told).toHaveLength(2);
  });
});

test("a peer that is cut off in the middle of a message disturbs nobody", async () => {
  for (let round = 0; round < 20; round++) {
    using pull = new Pull({ maxMessageSize: 1000 });
    await pull.bind("tcp://127.0.0.1:*");
    const received = receive(pull);
    using big = new Push({ linger: 0 });
    big.connect(pull.lastEndpoint ?? "");
    await big.send(["a frame that fits", "x".repeat(100_000)]);
    using small = new Push({ linger: 0 });
    small.connect(pull.lastEndpoint ?? "");
    await small.send("good");
    expect((await received).map(String)).toEqual(["good"]);
  }
});

test("a socket that fails otherwise throws what it does", async () => {
  using pull = new Pull({ receiveTimeout: 10 });
  await pull.bind("tcp://127.0.0.1:*");
  await expect(receive(pull)).rejects.toMatchObject({ code: "EAGAIN" });
});

test("two loops at once are an error", async () => {
  using line = await pipe();
  const first = receive(line.pull);
  await expect(receive(line.pull)).rejects.toMatchObject({ code: "EBUSY" });
  await line.push.send("one");
  expect(String(await first)).toBe("one");
});

test("nothing keeps the program alive once the loop is left", async () => {
  const child = startProgram(`
    import { Pull } from "zeromq";
    import { receive } from "./messages.ts";
    const pull = new Pull();
    await pull.bind("tcp://127.0.0.1:*");
    await receive(pull, { timeout: 20, onQuiet() {} }).catch((error) => console.log(error.message));`);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output).toBe("no message within 20 ms\n");
});
