/** Writes down what was measured: the figures, a page of tables, and the charts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { growthChart, ratioChart } from "./charts.js";
import type { Curve } from "./growth.js";
import { scaling } from "./scaling.js";
import type { Startup } from "./startup.js";
import { format } from "./statistics.js";
import type { Measured } from "./work.js";

export interface Results {
  /** Of the run. */
  date: string;
  rounds: number;
  machine: Record<string, string>;
  works: Measured[];
  startups: Startup[];
  curves: Curve[];
}

const FOLDER = join(import.meta.dirname, "../../docs/performance");

export function write(results: Results): void {
  mkdirSync(FOLDER, { recursive: true });
  const files = {
    "results.json": `${JSON.stringify(results, undefined, 2)}\n`,
    "results.md": page(results),
    "scaling.md": scaling(results),
    "ratios.svg": ratioChart(results.works),
    "growth.svg": growthChart(results.curves),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(FOLDER, name), text);
  console.log(`\nWritten to docs/performance: ${Object.keys(files).join(", ")}`);
}

/** The tables, as Markdown. */
export function page({ date, rounds, machine, works, startups, curves }: Results): string {
  const parts = [
    "# Results",
    "Written by `npx pnpm@10 bench`; [README.md](README.md) says what the works are.",
    `${date}, ${rounds} rounds. Each figure is the median; behind it the least and the most.`,
    table(
      ["Machine", ""],
      Object.entries(machine).map(([name, value]) => [name, value]),
    ),
    ...works.flatMap(({ title, unit, variants }) => [
      `## ${title}`,
      table(
        ["", unit, "least to most", "of C"],
        variants.map(({ name, summary, ratio }) => [
          name,
          format(summary.median),
          `${format(summary.least)} to ${format(summary.most)}`,
          format(ratio),
        ]),
      ),
    ]),
    "## From start to first message, and memory",
    table(
      ["", "ms", "MB"],
      startups.map(({ role, language, milliseconds, megabytes }) => [
        `${role}, ${language}`,
        format(milliseconds),
        format(megabytes),
      ]),
    ),
    ...curves.flatMap(({ title, x, y, points }) => [
      `## ${title}`,
      table(
        [x, y],
        points.map((point) => [format(point.x), format(point.y)]),
      ),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "--:"))), ...rows.map(line)].join(
    "\n",
  );
}
