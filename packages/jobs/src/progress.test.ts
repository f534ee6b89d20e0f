import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { DeadJobsError, describeProgress, dots, logProgress, SinkDisplay } from "./progress.js";

const sink = { results: 0, dead: new Map<number, string>(), batch: { jobs: 50 }, workers: 4 };
let printed = "";
let logged: string[] = [];
const record = (...args: unknown[]) =>
  void logged.push(args.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join(" "));
const log = { debug: record, info: record, warn: record, error: record, fatal: record };
const print = (text: string) => void (printed += text);

beforeEach(() => {
  [printed, logged] = ["", []];
  Object.assign(sink, { results: 0, dead: new Map() });
  jest.useFakeTimers();
});
afterEach(() => void jest.useRealTimers());

const display = (output?: string) => SinkDisplay.start(sink, { print, log, output, terminal: undefined });

test("a colon for every tenth result, else a dot", () => {
  expect(dots(0, 12)).toBe(":.........:.");
  expect(dots(19, 2)).toBe(".:");
});

test("tells counted, dead, rate, workers and time left", () => {
  const numbers = { results: 1200, dead: 1, jobs: 5001, workers: 8 };
  expect(describeProgress(numbers, 240, 1000)).toBe(
    "1200 of 5001 counted, 1 dead, 240/s, 8 workers, 16 s left",
  );
  expect(describeProgress({ ...numbers, dead: 0, workers: 1 }, 3, 2000)).toBe(
    "1200 of 5001 counted, 1.5/s, 1 worker, 43 min left",
  );
  expect(describeProgress({ ...numbers, results: 0, jobs: 1_000_000, dead: 0 }, 10, 1000)).toMatch(
    /, 27 h 47 min left$/,
  );
});

test("the log has a line every ten seconds", async () => {
  using shown = await display();
  sink.results = 20;
  shown.update();
  jest.advanceTimersByTime(10_000);
  expect(logged).toEqual([expect.stringMatching(/^20 of 50 counted, /)]);
  expect(printed).toBe(":.........:.........");
});

test("with the results on stdout there is nothing else", async () => {
  using shown = await display("-");
  sink.results = 20;
  shown.update();
  shown.finish();
  expect(printed).toBe("");
  expect(logged.at(-1)).toMatch(/^Total elapsed time: \d+ msec$/);
});

test("dead jobs are listed at the end, and are a failure", async () => {
  using shown = await display();
  sink.dead.set(7, "3 exit status 1");
  expect(() => shown.finish()).toThrow(new DeadJobsError("1 of 50 jobs are dead"));
  expect(logged).toEqual(["dead: 7 after 3 attempts: exit status 1"]);
});

test("the ventilator's progress is logged every ten seconds, and at Enter on a terminal", () => {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  using _progress = logProgress(() => ({ queued: 3 }), { log, input });
  jest.advanceTimersByTime(10_000);
  expect(logged).toEqual(['{"queued":3} jobs']);
  input.emit("data", "\n");
  expect(logged).toHaveLength(2);
});
