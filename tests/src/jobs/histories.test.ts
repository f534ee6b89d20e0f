/** The pipeline that loses nothing, under whatever may happen to its processes; see history.ts. */
import { describe, expect, test } from "@jest/globals";
import { runHistory, type HistoryOptions } from "./history.js";

/** Long enough under CI to be worth something, and short enough elsewhere to be run. */
const HISTORIES = Number(process.env["JOBS_HISTORIES"] ?? (process.env["CI"] ? 30 : 3));

/** Another one each day, so that what is rare is found in time; printed with each failure. */
const FIRST_SEED = Number(process.env["JOBS_SEED"] ?? Math.trunc(Date.now() / 86_400_000) * 1000);

const seeds = Array.from({ length: HISTORIES }, (_, n) => FIRST_SEED + n);

async function expectNoProblems(options: HistoryOptions): Promise<void> {
  const { problems, ...report } = await runHistory(options);
  const summary = JSON.stringify(report);
  console.info(`history ${summary}`);
  expect({ summary, problems: problems.slice(0, 10) }).toEqual({ summary, problems: [] });
}

// They wait for most of the time: several run at once
test.concurrent.each(seeds)(
  "10,000 jobs, some of them poison, with everything that can go wrong: seed %i",
  (seed) => expectNoProblems({ seed, jobs: 10_000, poison: seed % 3 }),
  120_000,
);

describe("alone", () => {
  test("SIGTERM at workers: nothing runs twice", async () => {
    const report = await runHistory({ seed: FIRST_SEED, jobs: 10_000, faults: ["terminate"] });
    expect(report.problems).toEqual([]);
    expect(report.runAgain).toBe(0);
  }, 120_000);
});
