import { expect, test } from "@jest/globals";
import { growthChart, ratioChart } from "./charts.js";

const sample = (variant: string, value: number, x?: number) => ({
  variant,
  values: [value],
  ...(x === undefined ? {} : { x }),
});
const publish = {
  id: "publish",
  title: "Publish",
  unit: "messages/s",
  samples: [sample("C", 4), sample("pyzmq", 3), sample("zeromq.js", 2), sample("ours", 1), sample("both", 1)],
};
const size = {
  id: "size",
  title: "Size",
  unit: "MB/s",
  x: "bytes",
  samples: [sample("C", 4, 1024), sample("ours", 2, 1024), sample("C", 8, 4096), sample("ours", 4, 4096)],
};

test.each([
  ["ratios", ratioChart([publish, size]), ["Publish", "zeromq.js", "times as fast as C"]],
  ["growth", growthChart([publish, size]), ["Size", "MB/s", "bytes", "4Ki", "ours"]],
])("the chart of %s is SVG, shows its benchmarks only, and has colours for dark pages", (_, svg, texts) => {
  expect(svg).toMatch(/^<svg[^]*<\/svg>$/);
  for (const text of texts) expect(svg).toContain(`>${text}`);
  expect(svg.includes(">Publish")).not.toBe(svg.includes(">Size"));
  expect(svg).toContain("prefers-color-scheme: dark");
});
