import { describe, expect, test } from "@jest/globals";
import { pattern, type PatternName, PATTERNS } from "./patterns.js";

const options = { workers: 8, port: 6000 };

test.each(PATTERNS)("the %s pattern names only ports from the first on", (name) => {
  const values = pattern(name, options).parts.flatMap((part) => Object.values(part.options));
  const ports = values.flatMap((value) => (/:(\d+)$/.exec(String(value))?.slice(1) ?? []).map(Number));
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect([6000, 6001, 6002, 6003]).toContain(port);
});

function summary(name: PatternName, output: Record<string, string>): string {
  return pattern(name, options).summarise(new Map(Object.entries(output)));
}

describe("sums up what the roles printed", () => {
  test("the requests that were answered", () => {
    expect(summary("hello", { "hello-client": "Received World 0\nSending\nReceived World 1\n" })).toBe(
      "2 requests answered",
    );
  });

  test("the average", () => {
    expect(summary("weather", { wuclient: "Average temperature for zipcode '10001 ' was -3F\n" })).toBe(
      "100 updates averaged for zip code 10001: -3 °F",
    );
  });

  test("cost, elapsed time and speed-up", () => {
    const output = {
      taskvent: "Total expected cost: 5000 msec\n",
      tasksink: "::\nTotal elapsed time: 2000 msec\n",
    };
    expect(summary("pipeline", output)).toBe(
      "tasks of 5000 ms done in 2000 ms by 8 workers: 2.5 times as fast as one after another",
    );
  });
});
