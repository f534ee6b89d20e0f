/** Tests the test: each of these mistakes must be found by random histories. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { histories, runHistory } from "./testing/histories.js";

const folder = mkdtempSync(join(tmpdir(), "mutants-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each<[mistake: string, file: string, code: string, instead: string, found: RegExp]>([
  [
    "the sink drops no duplicates",
    "sink.ts",
    "return this.#has[id] === 0;",
    "return id >= 0;",
    /counted twice|hangs/,
  ],
  [
    "ACK before the write",
    "sink.ts",
    "    this.#write();\n    this.#sweep",
    "    for (const { to, seq } of this.#acks.values()) this.#reply(to, { kind: 'ACK', seq });\n    this.#write();\n    this.#sweep",
    /lost|hangs/,
  ],
  [
    "jobs go to workers that have not answered with their token",
    "ventilator.ts",
    "{ ready: false,",
    "{ ready: true,",
    /before the token has come back/,
  ],
  [
    "results of another batch count",
    "ventilator.ts",
    "&& batchOf(message.token) === this.#batch.id",
    "",
    /has the result forged/,
  ],
  [
    "jobs that follow one another are one line whatever their results are",
    "wire.ts",
    "&& line.text === text",
    "",
    /has the result/,
  ],
  [
    "all that a dead worker held is blamed",
    "ventilator.ts",
    "const certain = registration.held === 1;",
    "const certain = true;",
    /is blamed/,
  ],
  [
    "a message that could not be sent blames its jobs",
    "ventilator.ts",
    "id <= jobs.last; id++) if (this.#release(id, registration)) this.#queue(id);",
    "id <= jobs.last; id++) if (this.#release(id, registration)) this.#fail({ id, text: '' });",
    /is blamed/,
  ],
  [
    "no fair share",
    "ventilator.ts",
    "Math.max(1, Math.floor(this.#counts[QUEUED] / workers))",
    "Infinity * workers",
    /at most/,
  ],
  [
    "a fresh connection to the sink does not begin with BATCH",
    "ventilator.ts",
    "    this.toSink.push(formatBatch(this.#batch.id, this.#batch.jobs));\n",
    "    if (!this.#started) this.toSink.push(formatBatch(this.#batch.id, this.#batch.jobs));\n",
    /hangs/,
  ],
  [
    "what the sink has not acknowledged is not sent again",
    "ventilator.ts",
    "for (const each of this.#kept) this.#send(each);",
    "",
    /hangs/,
  ],
  [
    "what a worker hands back stays with it",
    "ventilator.ts",
    "for (const id of this.#takeBack(registration, kept)) this.#queue(id);\n",
    "",
    /hangs|lost|is blamed/,
  ],
  [
    "what the sink's journal has is given out again",
    "ventilator.ts",
    "if (has[id] === 1) this.#move(id, COUNTED);",
    "if (has[id] === 1) continue;",
    /although the sink has it/,
  ],
])(
  "%s",
  async (_, file, code, instead, found) => {
    const mutant = mkdtempSync(join(folder, "src-"));
    cpSync(import.meta.dirname, mutant, { recursive: true });
    const source = readFileSync(join(mutant, file), "utf8");
    expect(source.split(code)).toHaveLength(2);
    writeFileSync(
      join(mutant, file),
      source.replace(code, () => instead),
    );

    const { Simulation } = (await import(join(mutant, "testing/simulation.ts"))) as Parameters<
      typeof runHistory
    >[0];
    const result = fc.check(
      fc.property(histories, (history) => runHistory({ Simulation }, history)),
      // The same histories each time: what is tested here is found or not, never by luck
      { seed: 1, numRuns: 30_000, endOnFailure: true },
    );
    expect(String(result.errorInstance)).toMatch(found);
  },
  60_000,
);
