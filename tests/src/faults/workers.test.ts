/** taskvent (PUSH) -> workers (PULL, PUSH) -> tasksink (PULL), where a worker dies or hangs. */
import { expect, test } from "@jest/globals";
import { freeEndpoint } from "../support/ports.js";
import { type Child, role } from "../support/processes.js";
import { eventually } from "./eventually.js";
import { linesOf, logged } from "./log.js";

/** More tasks than all the buffers between a ventilator and two workers hold: it goes on sending. */
const ENDLESS = 100_000_000;

interface Pipeline {
  vent: Child;
  sink: Child;
  workers: readonly [Child, Child];
  /** Starts one more worker. */
  another: () => Child;
}

/** A ventilator and a sink with two workers. */
async function pipeline(tasks: number, patience: number): Promise<Pipeline> {
  const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
  const worker = () => role("taskwork", ["--vent", vent, "--sink", sink]);
  const number = ["--tasks", String(tasks)];
  return {
    workers: [worker(), worker()],
    another: worker,
    sink: role("tasksink", ["--bind", sink, "--timeout", String(patience), ...number]),
    vent: role("taskvent", ["--bind", vent, "--sink", sink, "--workers", "2", "--seed", "1", ...number]),
  };
}

/** How many results a sink says it has, once it has given up. */
async function given({ sink }: Pipeline, tasks: number): Promise<number> {
  expect(await sink.exited()).toEqual({ code: 1, signal: null });
  const last = logged(sink).at(-1);
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
    const processes = await pipeline(40, 1500);
    const { vent, workers } = processes;
    await vent.done();
    await workers[0].until(/^(?:\d+\.){3}/);
    workers[0].kill(signal);
    const results = await given(processes, 40);
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
  await eventually(
    () => linesOf(sink, /of 40 results came; none for 1\d{4} ms, waiting$/).length > 0,
    () => sink.report(),
  );
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
      const told = () => linesOf(vent, new RegExp(`^lost a peer; peers connected: ${left}$`)).length > 0;
      await eventually(told, () => vent.report(), 5000);
    }
    // Without any left it waits for others
    await another().until(/^(?:\d+\.){3}/);
    await vent.stop();
  },
);
