import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import type { Part } from "./patterns.js";
import { Screen } from "./screen.js";

const sink: Part = { role: "tasksink", options: { tasks: 3 } };
const worker: Part = { role: "taskwork", options: {}, count: 2 };
let shown = "";
const screen = new Screen([sink, worker], (text) => (shown += text));

beforeEach(() => {
  shown = "";
  jest.useFakeTimers();
});
afterEach(() => void jest.useRealTimers());

test("shows each line behind the name of its role, in columns", () => {
  screen.column(sink, 0).out("one\ntwo\n");
  screen.column(worker, 1).error("three\n");
  expect(shown).toBe("tasksink   │ one\ntasksink   │ two\ntaskwork 2 │ three\n");
});

test("joins a line that comes in pieces", () => {
  const column = screen.column(sink, 0);
  column.out("on");
  column.out("e\nt");
  column.out("wo\n");
  expect(shown).toBe("tasksink   │ one\ntasksink   │ two\n");
});

test("shows a line without an end after half a second", () => {
  const column = screen.column(sink, 0);
  column.out(":...");
  jest.advanceTimersByTime(499);
  expect(shown).toBe("");
  jest.advanceTimersByTime(1);
  expect(shown).toBe("tasksink   │ :...\n");
  column.out("...\nTotal\n");
  expect(shown).toBe("tasksink   │ :...\ntasksink   │ ...\ntasksink   │ Total\n");
});

test("shows what is left at the end", () => {
  const column = screen.column(sink, 0);
  column.out("57.");
  column.end();
  column.end();
  expect(shown).toBe("tasksink   │ 57.\n");
});

test("shows the command that starts a part, once for all of its kind", () => {
  for (const part of [sink, worker]) screen.command(part);
  expect(shown).toBe(
    "$ node apps/tasksink/dist/main.js --tasks 3\n$ node apps/taskwork/dist/main.js    (2 times)\n",
  );
});
