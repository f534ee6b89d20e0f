/** The results as tables in Markdown. */
import { type Measured, moreIsBetter } from "./benchmark.js";
import { ratio, type Results, type Run } from "./results.js";
import { confidenceInterval, format, summarize } from "./statistics.js";

/** The page with all results. */
export function resultsPage({ date, rounds, machine, benchmarks }: Results): string {
  return [
    "# Results",
    "Written by `npx pnpm@10 bench`; [README.md](README.md) says what is measured, and how.",
    `${date}, ${rounds} rounds. Each figure is the median of the rounds; beside it are the minimum and the maximum.`,
    table(["Machine", ""], Object.entries(machine)),
    ...benchmarks.flatMap((one) => [
      `## ${one.title}`,
      `\`${one.id}\``,
      ...(one.apart === undefined ? [] : [describeApart(one.apart, machine)]),
      benchmarkTable(one),
    ]),
  ].join("\n\n");
}

/** When a benchmark was measured that is not of the same run as the others, and what was different then. */
function describeApart({ date, rounds, machine }: Run, others: Run["machine"]): string {
  const different = Object.entries(machine).filter(([name, value]) => others[name] !== value);
  const list = [`${rounds} rounds`, ...different.map(([name, value]) => `${name}: ${value}`)];
  return `Measured on its own, ${date}, ${list.join(", ")}.`;
}

/** A row for each sample. Their x, where they have one, begins the first row of each. */
export function benchmarkTable(measured: Measured): string {
  const { unit, x: nameOfX, samples } = measured;
  // What the others are compared with, where a benchmark has it
  const baselines = ["C", "zeromq.js"].filter((name) => samples.some(({ variant }) => variant === name));
  const isMany = samples.some(({ values }) => confidenceInterval(values) !== undefined);
  const rows = samples.map((sample, index) => {
    const { median, min, max } = summarize(sample.values);
    const x = sample.x === samples[index - 1]?.x ? "" : (sample.x?.toLocaleString("en") ?? "");
    const cells = [sample.variant, format(median), `${format(min)} to ${format(max)}`].concat(
      isMany ? [(confidenceInterval(sample.values) ?? []).map(format).join(" to ")] : [],
      baselines.map((baseline) => format(ratio(samples, sample, baseline))),
    );
    return nameOfX === undefined ? cells : [x].concat(cells);
  });
  const better = moreIsBetter(measured) ? "more is better" : "less is better";
  const head = [
    "",
    `${unit} (${better})`,
    "min to max",
    ...(isMany ? ["median, 95 %"] : []),
    ...baselines.map((name) => `of ${name}`),
  ];
  return table(nameOfX === undefined ? head : [nameOfX, ...head], rows);
}

/** Columns of figures are aligned to the right, but for the first one, which says what a row is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) =>
    column > 0 && rows.every((row) => /^(\d|$)/.test(row[column] ?? "")) ? "--:" : "---",
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
