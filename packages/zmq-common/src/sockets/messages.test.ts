import { getEventListeners } from "node:events";
import { describe, expect, jest, test } from "@jest/globals";
import { Pull, Push } from "zeromq";
import "./closing.js";
import { messages, ReceiveTimeoutError, receive } from "./messages.js";
import { holdUp } from "../testing/hold-up.js";
import { pipe } from "../testing/pipe.js";
import { startProgram } from "../testing/program.js";

const stopped = new Error("stopped");

/** A socket whose messages come when the test says so, by a clock that is the test's as well. */
function slowSocket() {
  jest.useFakeTimers();
  let deliver: (message: Buffer[]) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const socket = {
    closed: false,
    receiveTimeout: -1,
    receive: () =>
      new Promise<Buffer[]>((resolve, reject) => {
        deliver = resolve;
        fail = reject;
      }),
    close() {
      this.closed = true;
      fail(Object.assign(new Error("Socket is closed"), { code: "EBADF" }));
    },
  };
  return {
    socket,
    deliver: (text: string) => deliver([Buffer.from(text)]),
    [Symbol.dispose]: () => jest.useRealTimers(),
  };
}

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

  test("throws the reason, though a message came in the same moment", async () => {
    using line = await pipe();
    await line.push.send("one");
    await receive(line.pull);
    await line.push.send("two");
    const controller = new AbortController();
    const received = receive(line.pull, { signal: controller.signal });
    controller.abort(stopped);
    await expect(received).rejects.toBe(stopped);
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
    for (const text of ["one", "two"]) await line.push.send(text);
    for await (const _ of messages(line.pull, { signal })) {
      expect(getEventListeners(signal, "abort")).toHaveLength(1);
      break;
    }
    await receive(line.pull, { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("in a flood", () => {
  const burst = true;

  test("yields all messages in order, however they come", async () => {
    using line = await pipe();
    const count = 2000;
    const send = async () => {
      for (let n = 0; n < count; n++) {
        await line.push.send(String(n));
        if (n % 300 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const sent = send();
    let expected = 0;
    for await (const [frame] of messages(line.pull, { burst })) {
      expect(String(frame)).toBe(String(expected));
      if ((expected += 1) === count) break;
    }
    await sent;
  });

  test("lets the event loop turn", async () => {
    using line = await pipe("inproc://flood");
    for (let n = 0; n < 1500; n++) await line.push.send("x");
    let [count, turns] = [0, 0];
    const turn = () => {
      turns += 1;
      if (count < 1500) setImmediate(turn);
    };
    setImmediate(turn);
    for await (const _ of messages(line.pull, { burst })) if ((count += 1) === 1500) break;
    expect(turns).toBeGreaterThanOrEqual(6);
  });

  test("leaves the socket as it was when the loop is left", async () => {
    using line = await pipe();
    line.pull.receiveTimeout = 3000;
    for (const text of ["one", "two", "three"]) await line.push.send(text);
    let count = 0;
    for await (const _ of messages(line.pull, { burst })) if ((count += 1) === 2) break;
    expect(line.pull.receiveTimeout).toBe(3000);
    expect(String(await receive(line.pull))).toBe("three");
    const later = receive(line.pull, { burst });
    setTimeout(() => void line.push.send("four"), 20);
    expect(String(await later)).toBe("four");
  });

  test.each(["in the body of the loop", "while it waits"])("is ended by its signal %s", async (when) => {
    using line = await pipe();
    for (let n = 0; n < 5; n++) await line.push.send("x");
    const controller = new AbortController();
    const abort = () => controller.abort(stopped);
    let count = 0;
    const loop = async () => {
      for await (const _ of messages(line.pull, { burst, signal: controller.signal })) {
        if ((count += 1) < 5) continue;
        if (when === "while it waits") setTimeout(abort, 20);
        else abort();
      }
    };
    await expect(loop()).rejects.toBe(stopped);
    expect(count).toBe(5);
    expect(line.pull.closed).toBe(when === "while it waits");
  });

  test("counts the silence", async () => {
    using line = await pipe();
    for (let n = 0; n < 5; n++) await line.push.send("x");
    const loop = async () => {
      for await (const _ of messages(line.pull, { burst, timeout: 50 }));
    };
    await expect(loop()).rejects.toThrow(new ReceiveTimeoutError(50));
  });
});

describe("with a timeout", () => {
  test("throws when no message comes in time", async () => {
    using line = await pipe();
    const start = performance.now();
    const received = receive(line.pull, { timeout: 100 });
    await expect(received).rejects.toThrow(new ReceiveTimeoutError(100));
    await expect(received).rejects.toThrow("no message within 100 ms");
    expect(performance.now() - start).toBeGreaterThanOrEqual(98);
  });

  test("throws what onTimeout makes", async () => {
    using line = await pipe();
    const received = receive(line.pull, { timeout: 20, onTimeout: (ms) => new Error(`gave up after ${ms}`) });
    await expect(received).rejects.toThrow("gave up after 20");
  });

  test("counts from message to message", async () => {
    using slow = slowSocket();
    const received: string[] = [];
    const loop = async () => {
      for await (const [frame] of messages(slow.socket, { timeout: 1000 })) received.push(String(frame));
    };
    const looped = expect(loop()).rejects.toThrow(new ReceiveTimeoutError(1000));
    for (const text of ["one", "two", "three"]) {
      await jest.advanceTimersByTimeAsync(900);
      slow.deliver(text);
    }
    await jest.advanceTimersByTimeAsync(900);
    expect(slow.socket.closed).toBe(false);
    await jest.advanceTimersByTimeAsync(200);
    await looped;
    expect(received).toEqual(["one", "two", "three"]);
    expect(slow.socket.closed).toBe(true);
  });

  test("keeps to its first reason, though its signal is aborted thereupon", async () => {
    using slow = slowSocket();
    const controller = new AbortController();
    slow.socket.close = () => {
      controller.abort(stopped);
      slow.deliver("too late");
    };
    const received = receive(slow.socket, { timeout: 100, signal: controller.signal });
    const expected = expect(received).rejects.toThrow(new ReceiveTimeoutError(100));
    await jest.advanceTimersByTimeAsync(120);
    await expected;
  });

  test("finds what came in while the process was held up", async () => {
    using line = await pipe();
    await line.push.send("one");
    await receive(line.pull);
    const received = receive(line.pull, { timeout: 50 });
    await line.push.send("two");
    holdUp(150);
    expect(String(await received)).toBe("two");
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

test("reports silence after a while, then each time it has doubled, and again after a message", async () => {
  using slow = slowSocket();
  const told: number[] = [];
  const loop = async () => {
    const onIdle = (ms: number) => told.push(Math.round(ms / 100) * 100);
    for await (const _ of messages(slow.socket, { idleAfter: 1000, onIdle }));
  };
  const looped = expect(loop()).rejects.toMatchObject({ code: "EBADF" });
  await jest.advanceTimersByTimeAsync(9000);
  expect(told).toEqual([1000, 2000, 4000, 8000]);
  slow.deliver("at last");
  await jest.advanceTimersByTimeAsync(2500);
  expect(told.slice(4)).toEqual([1000, 2000]);
  slow.socket.close();
  await looped;
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

test("a socket that is closed, before or while it is waited for, is an error and not the end of the loop", async () => {
  using line = await pipe();
  const received = receive(line.pull);
  line.pull.close();
  await expect(received).rejects.toHaveProperty("code");
  await expect(receive(line.pull)).rejects.toMatchObject({ code: "EBADF" });
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
    import { Pull, Push } from "zeromq";
    import { messages, receive } from "./sockets/messages.ts";
    const pull = new Pull();
    const push = new Push();
    await pull.bind("inproc://here");
    push.connect("inproc://here");
    const options = { timeout: 60_000, onIdle() {} };
    for (const text of ["one", "two"]) await push.send(text);
    for await (const message of messages(pull, options)) break;
    console.log(String(await receive(pull, options)));
    await receive(pull, { ...options, timeout: 20 }).catch((error) => console.log(error.message));`);
  await child.done();
  expect(child.stdout).toBe("two\nno message within 20 ms\n");
});
