import { expect, test } from "@jest/globals";
import type { Results } from "./report.js";
import { scaling } from "./scaling.js";
import { summarize } from "./statistics.js";

const curve = (id: string, ...points: [number, number][]) => ({
  id,
  title: id,
  x: "",
  y: "",
  lines: [
    { name: "plain, C", points: [] },
    {
      name: "role, ours",
      points: points.map(([x, y]) => ({ x, values: [y], summary: summarize([y]) })),
    },
  ],
});

const results: Results = {
  date: "2026-01-01",
  rounds: 1,
  machine: {},
  works: [
    {
      id: "empty-tasks",
      title: "",
      unit: "",
      better: "more",
      variants: [
        {
          name: "workers in C, our sink",
          values: [],
          summary: { median: 99_000, least: 1, most: 1 },
          ratio: 1,
        },
      ],
    },
  ],
  startups: [],
  curves: [
    curve("subscribers", [1, 100], [256, 500_000]),
    curve("workers", [256, 400_000]),
    curve("memory", [1, 50], [256, 75.5]),
  ],
};

test("works out from the figures what it would take", () => {
  const text = scaling(results);
  // 25.5 MB for 255 more
  expect(text).toContain("1,000,000 × 100 kB, measured with 256 | 100 GB");
  expect(text).toContain("The deliveries take 20 % of what one publisher can do.");
  expect(text).toContain("100 × (1 − (1 − 1/100)^10) | 9.56");
  expect(text).toContain("10,000 ÷ 50.5 ms | 198,000 /s");
  expect(text).toContain("198,000 ÷ 99,000 | 3 |");
  expect(text).toContain("One ventilator can hand out that many tasks.");
  expect(text).not.toContain("NaN");
});
