/** Writes docs/performance. A whole run writes results.json, and everything else is made from that. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format as prettify } from "prettier";
import { growthChart, ratioChart } from "./charts.js";
import { goalsTable } from "./goals.js";
import { benchmarkOf, medians, type Results } from "./results.js";
import { scaling } from "./scaling.js";
import { format } from "./statistics.js";
import { benchmarkTable, resultsPage } from "./tables.js";

const FOLDER = join(import.meta.dirname, "../../docs/performance");

/** A file of docs/performance as it is. */
export function read(name: string): string {
  return readFileSync(join(FOLDER, name), "utf8");
}

function write(name: string, text: string): void {
  writeFileSync(join(FOLDER, name), text);
}

export async function writeResults(results: Results): Promise<void> {
  write("results.json", await prettify(JSON.stringify(results), { parser: "json", printWidth: 110 }));
}

/** What is written down. */
export function readResults(): Results {
  return JSON.parse(read("results.json")) as Results;
}

export async function writePages(): Promise<void> {
  for (const [name, text] of Object.entries(await pages())) write(name, text);
}

/** What the files of docs/performance should contain, by their names, as results.json is. */
export async function pages(): Promise<Record<string, string>> {
  const results = readResults();
  const markdown = (text: string) => prettify(text, { parser: "markdown" });
  const filledIn = (name: string) => markdown(fillIn(read(name), (figure) => generated(results, figure)));
  return {
    "results.md": await markdown(resultsPage(results)),
    "README.md": await filledIn("README.md"),
    "scaling.md": await filledIn("scaling.md"),
    "ratios.svg": ratioChart(results.benchmarks),
    "growth.svg": growthChart(results.benchmarks),
  };
}

/**
 * Fills in what stands between `<!-- generated: NAME -->` and `<!-- /generated -->`, within a line or as lines.
 *
 * @param figure What belongs there, by its name.
 */
export function fillIn(page: string, figure: (name: string) => string): string {
  return page.replaceAll(
    /(<!-- generated: (.+?) -->)(\n*)[^]*?(<!-- \/generated -->)/g,
    (_, begin: string, name: string, gap: string, end: string) => `${begin}${gap}${figure(name)}${gap}${end}`,
  );
}

/** "goals", "table: round-trip", a figure of {@link scaling}, or a median or a ratio: "round-trip: ours", "round-trip: ours of C". */
function generated(results: Results, name: string): string {
  if (name === "goals") return goalsTable(results);
  const [, id] = /^table: (.+)$/.exec(name) ?? [];
  if (id !== undefined) return benchmarkTable(benchmarkOf(results, id));
  const figures = scaling(results);
  if (name in figures) return format(figures[name]);
  const [, of = name, variant = "", baseline] = /^(.+?): (.+?)(?: of (.+))?$/.exec(name) ?? [];
  return format(medians(benchmarkOf(results, of), variant, baseline)[0]);
}
