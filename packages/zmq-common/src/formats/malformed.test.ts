import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { MalformedMessages } from "./malformed.js";

type Line = Record<string, unknown>;

/** What is logged about what the function counts. */
function collect(use: (malformed: MalformedMessages) => void): Line[] {
  const lines: Line[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Line);
  const malformed = new MalformedMessages(pino({ base: null, timestamp: false }, { write }));
  use(malformed);
  malformed[Symbol.dispose]();
  return lines;
}

test("logs the first of a kind with its sizes and its first bytes", () => {
  const message = [Buffer.from("nonsense that is longer than what is shown"), Buffer.of()];
  const lines = collect((malformed) => malformed.record("task", message));
  expect(lines).toEqual([
    {
      level: 40,
      count: 1,
      frames: [42, 0],
      start: "6e6f6e73656e73652074686174206973",
      msg: "malformed task",
    },
  ]);
});

test("then the 10th, the 100th and so on of each kind, and how many they were in the end", () => {
  const lines = collect((malformed) => {
    for (let n = 0; n < 12_345; n++) malformed.record("task", [Buffer.from("x")]);
    malformed.record("update", []);
  });
  expect(lines.map(({ msg, count }) => [msg, count])).toEqual([
    ...[1, 10, 100, 1000, 10_000].map((count) => ["malformed task", count]),
    ["malformed update", 1],
    ["malformed in all: task", 12_345],
  ]);
});

test("says nothing where there was nothing", () => {
  expect(collect(() => {})).toEqual([]);
});
