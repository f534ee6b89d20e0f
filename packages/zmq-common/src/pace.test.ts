import { describe, expect, test } from "@jest/globals";
import { paced } from "./pace.js";
import { holdUp } from "./testing/hold-up.js";

const { signal: never } = new AbortController();

async function take(rate: number, count: number): Promise<number> {
  const start = performance.now();
  let taken = 0;
  for await (const _ of paced(rate, never)) if ((taken += 1) === count) break;
  return performance.now() - start;
}

test.each([
  [100, 20, 190],
  [2000, 400, 195],
  [100_000, 20_000, 195],
])("at %d a second, %d take at least %d ms", async (rate, count, least) => {
  // How much longer is up to the machine
  expect(await take(rate, count)).toBeGreaterThan(least);
});

test("the first is due at once", async () => {
  expect(await take(1, 1)).toBeLessThan(500);
});

test("at no rate, the event loop still turns", async () => {
  let turns = 0;
  let turning = true;
  const turn = () => {
    turns += 1;
    if (turning) setImmediate(turn);
  };
  setImmediate(turn);
  await take(0, 100_000);
  turning = false;
  expect(turns).toBeGreaterThan(100);
});

test("after it was held up it catches up, and the event loop still turns", async () => {
  let turns = 0;
  let taken = 0;
  for await (const _ of paced(100_000, never)) {
    if (taken === 0) holdUp(200);
    if (taken % 1000 === 0) setImmediate(() => (turns += 1));
    if ((taken += 1) === 20_000) break;
  }
  expect(turns).toBeGreaterThanOrEqual(19);
});

describe("ends with the signal's reason", () => {
  test.each([0, 1, 1000, 1_000_000])("at rate %d", async (rate) => {
    const controller = new AbortController();
    const reason = new Error("stopped");
    const loop = async () => {
      for await (const _ of paced(rate, controller.signal)) setImmediate(() => controller.abort(reason));
    };
    const start = performance.now();
    await expect(loop()).rejects.toBe(reason);
    expect(performance.now() - start).toBeLessThan(900);
  });
});
