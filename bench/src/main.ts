/** `npx pnpm@10 bench --help` */
import { constants } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { mayBeMissing, missingText, missingTools } from "process-kit";
import { measure, type Need } from "./benchmark.js";
import { jobs } from "./benchmarks/jobs.js";
import { pipeline } from "./benchmarks/pipeline.js";
import { publishSubscribe } from "./benchmarks/publish-subscribe.js";
import { requestReply } from "./benchmarks/request-reply.js";
import { FULL, QUICK } from "./benchmarks/scale.js";
import { startup } from "./benchmarks/startup.js";
import { telemetry } from "./benchmarks/telemetry.js";
import { load, machine } from "./machine.js";
import { readResults, writePages, writeResults } from "./pages.js";
import { replaceBenchmarks, type Results } from "./results.js";
import { format } from "./statistics.js";
import { benchmarkTable } from "./tables.js";

const command = new Command("bench")
  .description("Measures the roles alongside C, Python and plain zeromq.js, and writes docs/performance.")
  .option("--quick", "only see that everything works: the figures mean nothing", false)
  .option("--only <id>", "a single benchmark; batch stands for batch-1, batch-2 and batch-4")
  .option("--record", "with --only: writes these benchmarks down, as measured on their own", false)
  .option("--rounds <number>", "how often to measure each case (default: 5, with --quick 1)", positive)
  .option("--write", "measure nothing: write docs/performance again from its results.json", false)
  .parse();
const {
  quick,
  write,
  record,
  only,
  rounds = quick ? 1 : 5,
} = command.opts<{ quick: boolean; write: boolean; record: boolean; only?: string; rounds?: number }>();

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("Expected an integer from 1.");
  return Number(text);
}

if (write) await writePages();
else await bench();

async function bench(): Promise<void> {
  const scale = quick ? QUICK : FULL;
  const all = [requestReply, publishSubscribe, pipeline, jobs, startup, telemetry].flatMap((benchmarks) =>
    benchmarks(scale),
  );
  const chosen = all.filter(({ id }) => only === undefined || id === only || id.startsWith(`${only}-`));
  if (chosen.length === 0) {
    const ids = all.map(({ id }) => id).join(", ");
    command.error(`error: expected --only to be one of ${ids}, got '${only}'`);
  }
  // Whatever ends the bench ends what it has started
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }

  const missing = missingTools(["gcc", "pyzmq", "nats-server", "redis-server"]);
  if (missing.length > 0) {
    if (!mayBeMissing(missing)) throw new Error(missingText(missing));
    console.warn(`SKIPPING what needs them: ${missingText(missing)}`);
  }
  const unavailable = new Set<Need>(missing.map((tool) => (tool === "gcc" ? "C" : (tool as Need))));

  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    rounds,
    machine: machine(),
    benchmarks: [],
  };
  for (const [name, value] of Object.entries(results.machine)) console.log(`${name}: ${value}`);
  for (const benchmark of chosen) {
    const cases = benchmark.cases.filter(({ needs }) => !needs.some((one) => unavailable.has(one)));
    if (cases.length === 0) continue;
    console.log(`\n${benchmark.title}, ${benchmark.unit} [${benchmark.id}]`);
    const measured = await measure({ ...benchmark, cases }, rounds, (name, value) => {
      console.log(`  ${name.padEnd(28)} ${format(value)}`);
    });
    results.benchmarks.push(measured);
    console.log(benchmarkTable(measured));
  }
  results.machine["load after"] = load();

  const isWhole = only === undefined;
  if (quick || missing.length > 0 || !(isWhole || record)) {
    console.log(
      "\nNot written: that takes a whole run, or --record, without --quick and with nothing missing.",
    );
    return;
  }
  await writeResults(isWhole ? results : replaceBenchmarks(readResults(), results));
  await writePages();
}
