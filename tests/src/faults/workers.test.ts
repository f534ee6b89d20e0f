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
}

/** A ventilator and a sink with two workers. */
async function pipeline(tasks: number, patience: number): Promise<Pipeline> {
  const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
  const worker = () => role("taskwork", ["--vent", vent, "--sink", sink]);
  const number = ["--tasks", String(tasks)];
  return {
    workers: [worker(), worker()],
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

/** How long a worker has worked, in milliseconds. */
function worked({ stdout }: Child): number {
  return stdout.split(".").reduce((total, workload) => total + Number(workload), 0);
}

test("of a batch whose worker is killed, the sink with --timeout says how much came, and ends with status 1", async () => {
  const processes = await pipeline(40, 1500);
  const { vent, workers } = processes;
  await vent.done();
  await workers[0].until(/^(?:\d+\.){3}/);
  workers[0].kill("SIGKILL");
  const results = await given(processes, 40);
  // The other worker's twenty, and what the first one did before
  expect(results).toBeGreaterThanOrEqual(22);
  expect(results).toBeLessThan(40);
  await workers[1].stop();
});

test("of a batch whose worker is stopped, the sink with --timeout says how much came, and ends with status 1", async () => {
  const processes = await pipeline(40, 1500);
  const { vent, workers } = processes;
  await vent.done();
  await workers[0].until(/^(?:\d+\.){3}/);
  workers[0].kill("SIGSTOP");
  const results = await given(processes, 40);
  expect(results).toBeGreaterThanOrEqual(22);
  expect(results).toBeLessThan(40);
  workers[0].kill("SIGCONT");
  await workers[1].stop();
});

test.each([
  ["killed", "SIGKILL", 5000],
  // Only heartbeats tell: every 2 s, with 6 s for the answer; and the rest for a busy machine
  ["stopped", "SIGSTOP", 2000 + 6000 + 3000],
] as const)(
  "of a worker that is %s mid-batch, the ventilator logs the loss, with the number of workers left",
  async (_, signal, within) => {
    const { vent, workers } = await pipeline(ENDLESS, 60_000);
    // The ventilator knows what to expect of a worker from its first heartbeat on, after 2 s
    await Promise.all(
      workers.map((worker) =>
        eventually(
          () => worked(worker) > 3000,
          () => worker.report(),
        ),
      ),
    );
    const noticed = () => linesOf(vent, /^peers connected: 1$/).length;
    // They did not connect at the same moment
    const before = noticed();
    workers[0].kill(signal);
    await eventually(
      () => noticed() > before,
      () => `a loss in ${vent.report()}`,
      within,
    );
    workers[0].kill("SIGKILL");
    workers[1].kill("SIGKILL");
    await eventually(
      () => linesOf(vent, /^peers connected: 0$/).length > 0,
      () => vent.report(),
    );
    await vent.stop();
  },
);
