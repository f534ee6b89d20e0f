/** The metrics of the roles, as they serve them. */
import { code, table } from "./markdown.js";

/** A metric, as an answer to a scrape shows it. */
export interface Metric {
  name: string;
  type: string;
  help: string;
  labels: string[];
}

/** Reads the metrics whose names begin with `zeromq_`; the others are those of every process of Node.js. */
export function parseMetrics(text: string): Metric[] {
  return text.split("\n\n").flatMap((block) => {
    const [, name = "", help = ""] = /^# HELP (zeromq_\w+) (.+)$/m.exec(block) ?? [];
    if (name === "") return [];
    const type = /^# TYPE \w+ (\w+)$/m.exec(block)?.[1] ?? "";
    const [, labels = ""] = /^zeromq_\w+\{(.+)\} /m.exec(block) ?? [];
    return [{ name, type, help, labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label) }];
  });
}

/** A table of metrics, and which of the roles have them. */
export function metricsTable(roles: ReadonlyMap<string, readonly Metric[]>): string {
  const all = new Map([...roles.values()].flat().map((metric) => [metric.name, metric]));
  const rows = [...all.values()].map(({ name, type, help, labels }) => {
    const having = [...roles].filter(([, metrics]) => metrics.some((each) => each.name === name));
    const who = having.length === roles.size ? "all" : having.map(([role]) => role).join(", ");
    return [code(name), type, labels.map(code).join(", "), who, help];
  });
  return table(["Metric", "Type", "Labels", "Roles", "What"], rows);
}
