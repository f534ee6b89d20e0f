/** taskvent (PUSH) -> workers (PULL, PUSH) -> tasksink (PULL), where a worker dies or hangs. */
import { expect, test } from "@jest/globals";
import { freeEndpoint, role, type RunningProcess } from "process-kit/jest";

/** More tasks than all the buffers between a ventilator and two workers hold: it goes on sending. */
const ENDLESS = 100_000_000;

/** A ventilator and a sink with two workers; `another` starts one more. */
async function pipeline(tasks: number, timeout: number) {
  const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
  const worker = () => role("taskwork", { vent, sink });
  return {
    workers: [worker(), worker()] as const,
    another: worker,
    sink: role("tasksink", { bind: sink, timeout, tasks }),
    vent: role("taskvent", { bind: vent, sink, workers: 2, seed: 1, tasks }),
  };
}

/** How many results a sink says it has, once it has given up. */
async function resultsOf(sink: RunningProcess, tasks: number): Promise<number> {
  expect(await sink.exited()).toEqual({ code: 1, signal: null });
  const last = sink.logged().at(-1);
  const [, came] = new RegExp(`^(\\d+) of ${tasks} results came; gave up after`).exec(last?.msg ?? "") ?? [];
  expect(last).toMatchObject({ level: 60 });
  expect(sink.stderr).not.toContain("    at ");
  return Number(came);
}

test.each([
  ["killed", "SIGKILL"],
  ["stopped", "SIGSTOP"],
] as const)(
  "of a batch whose worker is %s, the sink with --timeout says how much came, and ends with status 1",
  async (_, signal) => {
    const { vent, sink, workers } = await pipeline(40, 1500);
    await vent.done();
    await workers[0].until(/^(?:\d+\.){3}/);
    workers[0].kill(signal);
    const results = await resultsOf(sink, 40);
    // The other worker's twenty, and what the first one did before
    expect(results).toBeGreaterThanOrEqual(22);
    expect(results).toBeLessThan(40);
    workers[0].kill("SIGCONT");
    await workers[1].stop();
  },
);

test("a worker that is stopped for ten seconds and goes on has lost nothing", async () => {
  const { sink, workers } = await pipeline(40, 60_000);
  await workers[0].until(/^(?:\d+\.){3}/);
  workers[0].kill("SIGSTOP");
  await sink.untilLogged(/of 40 results came; none for 1\d{4} ms, waiting$/);
  workers[0].kill("SIGCONT");
  await sink.done();
  expect(sink.stdout).toMatch(/^(?::\.{9}){4}\nTotal elapsed time/);
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "of a worker that is ended by %s mid-batch, the ventilator logs the loss, with the number of workers left",
  async (signal) => {
    const { vent, workers, another } = await pipeline(ENDLESS, 60_000);
    await Promise.all(workers.map((worker) => worker.until(/^(?:\d+\.){3}/)));
    for (const [n, worker] of workers.entries()) {
      worker.kill(signal);
      const left = workers.length - 1 - n;
      await vent.untilLogged(new RegExp(`^lost a peer; peers connected: ${left}$`), { within: 5000 });
    }
    // Without any left it waits for others
    await another().until(/^(?:\d+\.){3}/);
    await vent.stop();
  },
);
