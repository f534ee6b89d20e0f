import { expect, test } from "@jest/globals";
import { freeEndpoint, role } from "process-kit/jest";

test("taskvent without --workers waits for one worker where there is no terminal", async () => {
  const [tasks, results] = [await freeEndpoint(), await freeEndpoint()];
  const vent = role("taskvent", { bind: tasks, sink: results, tasks: 3 });
  const sink = role("tasksink", { bind: results, tasks: 3 });
  await vent.untilLogged(/workers wanted: 1, on/);
  expect(vent.stdout).toBe("");
  const worker = role("taskwork", { vent: tasks, sink: results });
  await vent.done();
  await sink.done();
  await worker.stop();
  expect(vent.stdout).toMatch(/^Sending tasks to workers\.\.\.\nTotal expected cost: \d+ msec\n$/);
});
