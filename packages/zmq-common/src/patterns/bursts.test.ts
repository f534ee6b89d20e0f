import { describe, expect, test } from "@jest/globals";
import { Publisher } from "zeromq";
import "../sockets/closing.js";
import { bursts, type BurstOptions } from "./bursts.js";
import { holdUp } from "../testing/hold-up.js";

const stopped = new Error("stopped");

/** Calls `publish` for each message that is due, as wuserver does. */
async function run(
  options: BurstOptions,
  publish: () => Promise<void> | undefined,
  between = () => Promise.resolve(),
): Promise<void> {
  for await (const due of bursts(options)) {
    await between();
    const sending: Promise<void>[] = [];
    for (let n = 0; n < due; n++) sending.push(publish() ?? Promise.resolve());
    await Promise.all(sending);
  }
}

/** Publishes that many messages, and those that are due with the last. Returns how long that took. */
async function take(
  count: number,
  rate: number,
  publish = () => {},
  between?: () => Promise<void>,
): Promise<number> {
  const stopping = new AbortController();
  const start = performance.now();
  let taken = 0;
  let milliseconds = Infinity;
  const publishing = run(
    { rate, signal: stopping.signal },
    () => {
      if (taken < count) publish();
      if ((taken += 1) === count) {
        milliseconds = performance.now() - start;
        stopping.abort(stopped);
      }
      return undefined;
    },
    between,
  );
  await expect(publishing).rejects.toBe(stopped);
  return milliseconds;
}

test.each([
  [100, 20, 190],
  [2000, 400, 195],
  [100_000, 20_000, 195],
])("at %d a second, %d take at least %d ms", async (rate, count, least) => {
  // How much longer is up to the machine
  expect(await take(count, rate)).toBeGreaterThan(least);
});

test("the first is due at once", async () => {
  expect(await take(1, 1)).toBeLessThan(500);
});

test.each([0, 1_000_000])("at rate %d the event loop turns every few milliseconds", async (rate) => {
  let turns = 0;
  let turning = true;
  const turn = () => {
    turns += 1;
    if (turning) setImmediate(turn);
  };
  setImmediate(turn);
  // 10 µs each: a tenth of a second
  await take(10_000, rate, () => holdUp(0.01));
  turning = false;
  expect(turns).toBeGreaterThan(20);
});

test("after it was held up it catches up, and the event loop still turns", async () => {
  let turns = 0;
  let taken = 0;
  const milliseconds = await take(20_000, 100_000, () => {
    if (taken === 0) holdUp(200);
    else holdUp(0.005);
    if (taken % 1000 === 0) setImmediate(() => (turns += 1));
    taken += 1;
  });
  expect(milliseconds).toBeGreaterThan(195);
  expect(turns).toBeGreaterThanOrEqual(19);
});

test("does what is to be done between the bursts, before the first as well", async () => {
  const order: string[] = [];
  const between = async () => {
    await new Promise(setImmediate);
    order.push("between");
  };
  await take(2, 100, () => order.push("update"), between);
  expect(order.slice(0, 4)).toEqual(["between", "update", "between", "update"]);
});

describe("ends with the signal's reason", () => {
  test.each([0, 1, 1000, 1_000_000])("at rate %d", async (rate) => {
    const controller = new AbortController();
    const start = performance.now();
    const pacing = run({ rate, signal: controller.signal }, () => {
      setImmediate(() => controller.abort(stopped));
      return undefined;
    });
    await expect(pacing).rejects.toBe(stopped);
    expect(performance.now() - start).toBeLessThan(900);
  });

  test("before it begins", async () => {
    const publish = () => {
      throw new Error("published");
    };
    await expect(run({ rate: 0, signal: AbortSignal.abort(stopped) }, publish)).rejects.toBe(stopped);
  });
});

describe("fails with", () => {
  const { signal } = new AbortController();
  const failure = new Error("failed");

  test("what publish throws", async () => {
    const publish = () => {
      throw failure;
    };
    await expect(run({ rate: 0, signal }, publish)).rejects.toBe(failure);
  });

  test("what a send fails with, whichever of a burst it is", async () => {
    let sent = 0;
    const publish = () => ((sent += 1) === 50 ? Promise.reject(failure) : Promise.resolve());
    await expect(run({ rate: 0, signal }, publish)).rejects.toBe(failure);
  });

  test("what a socket does once it is closed", async () => {
    using publisher = new Publisher({ sendTimeout: 0 });
    setTimeout(() => publisher.close(), 10);
    await expect(run({ rate: 0, signal }, () => publisher.send("x"))).rejects.toMatchObject({
      code: "EBADF",
    });
  });
});
