/** What a sink's journal has, read from the file and not from what a role says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The sink's journal in a folder: results and reasons by id. */
export const readJournal = (folder: string) => parseJournal(readFileSync(join(folder, "results"), "latin1"));

/** The same of the journal's text. */
export function parseJournal(text: string) {
  const [header = "", ...lines] = text.split("\n");
  const results: [id: number, result: string][] = [];
  const dead: [id: number, reason: string][] = [];
  for (const line of lines) {
    const [, mark, first, last = first, what = ""] = /^(!?)(\d+)(?:-(\d+))?(?: (.*))?$/.exec(line) ?? [];
    for (let id = Number(first); id <= Number(last); id++) {
      (mark === "!" ? dead : results).push([id, what]);
    }
  }
  return { header, results, dead, isEnded: lines.at(-2) === "# end" && lines.at(-1) === "" };
}

/** How a batch ended, by the sink's journal: no faults, no dead, and an end, if all is well. */
export function outcomeOf({ results, dead, isEnded }: ReturnType<typeof parseJournal>, jobs: number) {
  const ids = results.map(([id]) => id);
  return { faults: faultsOf(ids, jobs), dead, isEnded };
}

/** What is wrong with the ids of a batch: each must be there once. Nothing if all is well. */
export function faultsOf(ids: readonly number[], jobs: number): string[] {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const faults: string[] = [];
  for (let id = 0; id < jobs; id++) {
    const count = counts.get(id) ?? 0;
    if (count !== 1) faults.push(`job ${id} is there ${count} times`);
    counts.delete(id);
  }
  return [...faults, ...[...counts.keys()].map((id) => `there is no job ${id}`)];
}
