/** Results that workers still have of a batch that was given up. */
import { expect, test } from "@jest/globals";
import { freeEndpoint, role } from "process-kit/jest";
import { Push } from "zeromq";
import { connected } from "../support/sockets.js";

test("results before the start of a batch are counted and logged, and start none", async () => {
  const endpoint = await freeEndpoint();
  const sink = role("tasksink", { bind: endpoint, tasks: 3 });
  const worker = connected(new Push(), endpoint);
  for (let n = 0; n < 4; n++) await worker.send("");
  await sink.untilLogged(/^a result came before the start of the batch/);
  expect(sink.stdout).toBe("");
  for (const message of ["0", "", "", ""]) await worker.send(message);
  await sink.done();
  expect(sink.stdout).toMatch(/^:\.\.\nTotal elapsed time: \d+ msec\n$/);
  expect(sink.logLines(/^results that came before the start/)[0]?.["count"]).toBe(4);
});

test("a batch is not taken for done because of the one before it, which was given up", async () => {
  const [vent, results] = [await freeEndpoint(), await freeEndpoint()];
  // One that hands over its tasks, and a sink that gives up on them
  const hasty = role("tasksink", { bind: results, tasks: 40, timeout: 1 });
  const worker = role("taskwork", { vent, sink: results });
  await role("taskvent", { bind: vent, sink: results, workers: 1, tasks: 40 }).done();
  expect(await hasty.exited()).toEqual({ code: 1, signal: null });

  // The worker still has tasks of it, and confirms them to the next sink before the next batch has begun
  const sink = role("tasksink", { bind: results, tasks: 10 });
  await sink.untilLogged(/^a result came before the start of the batch/);
  await worker.until(/(?:\d+\.){40}/);
  expect(sink.exit).toBeUndefined();
  expect(sink.stdout).toBe("");

  await role("taskvent", { bind: vent, sink: results, workers: 1, tasks: 10 }).done();
  await sink.done();
  expect(sink.stdout).toMatch(/^:\.{9}\nTotal elapsed time: \d+ msec\n$/);
  await worker.stop();
});
