import { expect, test } from "@jest/globals";
import { benchmarkTable, resultsPage } from "./tables.js";

const publish = {
  id: "publish",
  title: "Publish",
  unit: "messages/s",
  samples: [
    { variant: "C", values: [4000, 3000, 5000] },
    { variant: "ours", values: [1000, 2000] },
  ],
};

test("a row for each variant, compared with C", () => {
  expect(benchmarkTable(publish)).toBe(`\
|  | messages/s (more is better) | min to max | of C |
| --- | --: | --: | --: |
| C | 4,000 | 3,000 to 5,000 | 1 |
| ours | 1,500 | 1,000 to 2,000 | 0.375 |`);
});

test("x is told once for each group, and compared with what has the same x", () => {
  const samples = [
    { variant: "C", x: 1024, values: [4] },
    { variant: "zeromq.js", x: 1024, values: [2] },
    { variant: "ours", x: 2048, values: [3] },
  ];
  expect(benchmarkTable({ id: "size", title: "Size", unit: "ms", x: "bytes", samples })).toBe(`\
| bytes |  | ms (less is better) | min to max | of C | of zeromq.js |
| --- | --- | --: | --: | --: | --: |
| 1,024 | C | 4 | 4 to 4 | 1 | 2 |
|  | zeromq.js | 2 | 2 to 2 | 0.5 | 1 |
| 2,048 | ours | 3 | 3 to 3 |  |  |`);
});

test("the page has the machine and each benchmark", () => {
  const machine = { processors: "2 × 8086" };
  const page = resultsPage({ date: "2026-01-01", rounds: 3, machine, benchmarks: [publish] });
  expect(page).toContain("2026-01-01, 3 rounds.");
  expect(page).toContain("| processors | 2 × 8086 |");
  expect(page).toContain("## Publish\n\n`publish`\n\n|  | messages/s");
});

test("a benchmark that was measured on its own says when, and what was different", () => {
  const machine = { processors: "2 × 8086", "load before": "0.5" };
  const apart = { date: "2026-01-02", rounds: 2, machine: { ...machine, "load before": "7" } };
  const page = resultsPage({ date: "2026-01-01", rounds: 3, machine, benchmarks: [{ ...publish, apart }] });
  expect(page).toContain("`publish`\n\nMeasured on its own, 2026-01-02, 2 rounds, load before: 7.\n\n|");
});
