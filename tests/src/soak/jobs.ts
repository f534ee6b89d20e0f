/**
 * Histories of the pipeline that loses nothing, one after another: 10,000 jobs each, with everything that can go wrong.
 * After `pnpm build`, in this folder's parent:
 *
 *     npx pnpm@10 soak:jobs --seconds 300 --seed 1
 *
 * Prints a line for each, with its seed, and ends with status 1 if anything was lost, counted twice or dead innocently.
 */
import { parseArgs } from "node:util";
import { runHistory } from "../jobs/history.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "300" },
    seed: { type: "string", default: String(Math.trunc(Math.random() * 1_000_000)) },
  },
});

const end = performance.now() + Number(values.seconds) * 1000;
let failures = 0;
for (let seed = Number(values.seed); performance.now() < end; seed++) {
  const report = await runHistory({ seed, jobs: 10_000, poison: seed % 3 });
  console.log(JSON.stringify(report));
  failures += report.problems.length > 0 ? 1 : 0;
}
console.log(failures === 0 ? "nothing was lost" : `${failures} histories failed`);
process.exitCode = failures === 0 ? 0 : 1;
