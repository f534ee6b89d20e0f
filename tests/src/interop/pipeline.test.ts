/** ventilator (PUSH) -> tasks -> two workers (PULL, PUSH) -> results -> sink (PULL), each in each language. */
import { describe, expect } from "@jest/globals";
import { freeEndpoint, testWith } from "process-kit/jest";
import { type Language, LANGUAGES, tasksink, taskvent, taskwork, toolsFor } from "../support/languages.js";
import { masked } from "../support/masked.js";

const TASKS = 20;

const PROMPT = "Press Enter when the workers are ready: ";
const SENDING = "Sending tasks to workers...\nTotal expected cost: # msec\n";

describe("the parallel pipeline completes", () => {
  for (const vent of LANGUAGES) {
    for (const work of LANGUAGES) {
      for (const sink of LANGUAGES) {
        const name = `with a ${vent} ventilator, ${work} workers and a ${sink} sink`;
        testWith(toolsFor(vent, work, sink), name, () => completes(vent, work, sink));
      }
    }
  }
});

async function completes(vent: Language, work: Language, sink: Language) {
  const pipeline = { vent: await freeEndpoint(), sink: await freeEndpoint(), tasks: TASKS };
  const collector = await tasksink(sink, pipeline);
  const workers = [await taskwork(work, pipeline), await taskwork(work, pipeline)];
  const ventilator = await taskvent(vent, pipeline);
  // The peers wait as the chapter's do. Workers that are not there yet get what is left, or nothing.
  if (vent !== "TypeScript") ventilator.write("\n");

  await ventilator.done();
  expect(masked(ventilator.stdout)).toBe(vent === "TypeScript" ? SENDING : PROMPT + SENDING);

  await collector.done();
  const newline = sink === "TypeScript" ? "\n" : "";
  expect(masked(collector.stdout)).toBe(`:.........:.........${newline}Total elapsed time: # msec\n`);

  for (const worker of workers) {
    await worker.stop();
    expect(worker.stdout).toMatch(/^(\d+\.)*$/);
  }
  // What the ventilator says it sent is what the workers say they did.
  const [mine = [], theirs = []] = workers.map(({ stdout }) => stdout.split(".").slice(0, -1).map(Number));
  const cost = [...mine, ...theirs].reduce((sum, workload) => sum + workload, 0);
  expect(ventilator.stdout).toContain(`Total expected cost: ${cost} msec\n`);
  expect(mine.length + theirs.length).toBe(TASKS);
  // Ours counts the workers before it starts, whatever they are written in, so each gets its half.
  if (vent === "TypeScript") expect([mine.length, theirs.length]).toEqual([TASKS / 2, TASKS / 2]);
}
