/** Writes down what was measured: the figures, a page of tables, and the charts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { growthChart, ratioChart } from "./charts.js";
import type { Curve } from "./growth.js";
import { scaling } from "./scaling.js";
import type { Startup } from "./startup.js";
import { format, type Summary } from "./statistics.js";
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
    "ratios.svg": ratioChart(results.works.filter(({ variants }) => variants[0]?.name === "C")),
    "growth.svg": growthChart(results.curves),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(FOLDER, name), text);
  console.log(`\nWritten to docs/performance: ${Object.keys(files).join(", ")}`);
}

/** The tables, as Markdown. */
export function page({ date, rounds, machine, works, startups, curves }: Results): string {
  const parts = [
    "# Results",
    "Written by `npx pnpm@10 bench`; [README.md](README.md) says what the works are, and how they are measured.",
    `${date}, ${rounds} rounds. Each figure is the median; behind it the least and the most.`,
    table(
      ["Machine", ""],
      Object.entries(machine).map(([name, value]) => [name, value]),
    ),
    ...works.flatMap(({ title, unit, better, variants }) => [
      `## ${title}`,
      table(
        ["", `${unit} (${better} is better)`, "least to most", `of ${variants[0]?.name}`],
        variants.map(({ name, summary, ratio }) => [
          name,
          format(summary.median),
          spread(summary),
          format(ratio),
        ]),
      ),
    ]),
    "## From start to first message, and memory",
    table(
      ["", "", "ms", "least to most", "MB", "least to most"],
      startups.map(({ role, language, milliseconds, megabytes }) => [
        role,
        language,
        format(milliseconds.summary.median),
        spread(milliseconds.summary),
        format(megabytes.summary.median),
        spread(megabytes.summary),
      ]),
    ),
    ...curves.flatMap(({ title, x, y, lines }) => [
      `## ${title}`,
      `${y[0]?.toUpperCase()}${y.slice(1)}:`,
      table(
        [x, ...lines.flatMap(({ name }) => [name, "least to most"])],
        (lines[0]?.points ?? []).map(({ x: value }, index) =>
          [value.toLocaleString("en")].concat(lines.flatMap(({ points }) => cells(points[index]?.summary))),
        ),
      ),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function cells(summary: Summary | undefined): string[] {
  return summary === undefined ? ["", ""] : [format(summary.median), spread(summary)];
}

function spread({ least, most }: Summary): string {
  return `${format(least)} to ${format(most)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (columns: readonly string[]) => `| ${columns.join(" | ")} |`;
  const rule = head.map((title, column) => (column === 0 || title === "" ? "---" : "--:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
