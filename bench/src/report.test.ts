import { expect, test } from "@jest/globals";
import { growthChart, ratioChart } from "./charts.js";
import { page, type Results } from "./report.js";
import { summarize } from "./statistics.js";

const once = (value: number) => ({ values: [value], summary: summarize([value]) });

const results: Results = {
  date: "2026-01-01",
  rounds: 5,
  machine: { processors: "2 × 8086" },
  works: [
    {
      id: "publish",
      title: "A publisher sends everything",
      unit: "messages/s",
      better: "more",
      variants: [
        { name: "C", values: [4], summary: { median: 4, least: 3, most: 5 }, ratio: 1 },
        { name: "ours", values: [1], summary: { median: 1, least: 1, most: 2 }, ratio: 0.25 },
      ],
    },
  ],
  startups: [{ role: "wuserver", language: "ours", milliseconds: once(123.4), megabytes: once(56.7) }],
  curves: [
    {
      id: "size",
      title: "Size",
      x: "bytes",
      y: "MB",
      lines: [
        { name: "C", points: [{ x: 16, ...once(4) }] },
        { name: "ours", points: [{ x: 16, ...once(2) }] },
      ],
    },
  ],
};

test("the page tells of the machine, each work, each start and each curve", () => {
  const text = page(results);
  expect(text).toContain("| processors | 2 × 8086 |");
  expect(text).toContain("| ours | 1 | 1 to 2 | 0.25 |");
  expect(text).toContain("| wuserver | ours | 123 | 123 to 123 | 56.7 | 56.7 to 56.7 |");
  expect(text).toContain("| bytes | C | least to most | ours | least to most |");
  expect(text).toContain("| 16 | 4 | 4 to 4 | 2 | 2 to 2 |");
});

test("the charts are SVG, with what they show in words", () => {
  const ratios = ratioChart(results.works);
  expect(ratios).toMatch(/^<svg[^]*<\/svg>$/);
  expect(ratios).toContain("A publisher sends everything");
  const growth = growthChart(results.curves);
  expect(growth).toContain("bytes");
  expect(growth).toContain("ours");
});
