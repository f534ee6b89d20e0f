import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { Screen } from "./screen.js";

const parts = [
  { role: "tasksink", flags: ["--tasks", "3"] },
  { role: "taskwork", flags: [], count: 2 },
];
let shown = "";
const screen = new Screen(parts, (text) => (shown += text));
const column = (nth: number, index = 0) => screen.column(parts[nth] ?? { role: "", flags: [] }, index);

beforeEach(() => {
  shown = "";
  jest.useFakeTimers();
});
afterEach(() => void jest.useRealTimers());

test("shows each line behind the name of its role, in columns", () => {
  column(0).out("one\ntwo\n");
  column(1, 1).error("three\n");
  expect(shown).toBe("tasksink   │ one\ntasksink   │ two\ntaskwork 2 │ three\n");
});

test("joins a line that comes in pieces", () => {
  const sink = column(0);
  sink.out("on");
  sink.out("e\nt");
  sink.out("wo\n");
  expect(shown).toBe("tasksink   │ one\ntasksink   │ two\n");
});

test("shows a line without an end after half a second", () => {
  const sink = column(0);
  sink.out(":...");
  jest.advanceTimersByTime(499);
  expect(shown).toBe("");
  jest.advanceTimersByTime(1);
  expect(shown).toBe("tasksink   │ :...\n");
  sink.out("...\nTotal\n");
  expect(shown).toBe("tasksink   │ :...\ntasksink   │ ...\ntasksink   │ Total\n");
});

test("shows what is left at the end", () => {
  const sink = column(0);
  sink.out("57.");
  sink.end();
  sink.end();
  expect(shown).toBe("tasksink   │ 57.\n");
});

test("shows the command that starts a part, once for all of its kind", () => {
  for (const part of parts) screen.command(part);
  expect(shown).toBe(
    "$ node apps/tasksink/dist/main.js --tasks 3\n$ node apps/taskwork/dist/main.js    (2 times)\n",
  );
});
