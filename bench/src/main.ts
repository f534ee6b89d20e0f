/** `npx pnpm@10 bench --help` */
import { constants } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import * as growth from "./growth.js";
import { load, machine } from "./machine.js";
import { endAll } from "./processes.js";
import { type Language, missing, versions } from "./programs.js";
import { type Results, write } from "./report.js";
import { startups } from "./startup.js";
import { format } from "./statistics.js";
import { measure } from "./work.js";
import * as size from "./works.js";

const command = new Command("bench")
  .description(
    "Measures the roles beside C, Python and plain zeromq.js, and writes it down in docs/performance.",
  )
  .option("--quick", "only see that everything works: the figures mean nothing", false)
  .option("--only <id>", "a single work; batch stands for batch-1, batch-2 and batch-4")
  .option("--rounds <number>", "how often to measure each, in turn (default: 5, with --quick 1)", positive)
  .parse();
const {
  quick,
  only,
  rounds = quick ? 1 : 5,
} = command.opts<{
  quick: boolean;
  only?: string;
  rounds?: number;
}>();
const reach = quick ? growth.QUICK : growth.FULL;
const all = {
  works: size.works(quick ? size.QUICK : size.FULL),
  curves: growth.curves(reach),
  startup: { id: "startup" },
};
const wanted = ({ id }: { id: string }) => only === undefined || id === only || id.startsWith(`${only}-`);
const ids = [...all.works, all.startup, ...all.curves];
if (!ids.some(wanted)) {
  command.error(`error: expected --only to be one of ${ids.map(({ id }) => id).join(", ")}, got '${only}'`);
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("Expected an integer from 1.");
  return Number(text);
}

const lacking = missing();
for (const [language, tools] of lacking) {
  const text = `everything that needs ${language}: that takes ${tools}`;
  if (process.env["CI"]) throw new Error(`Cannot measure ${text}. (Without CI it would be skipped.)`);
  console.warn(`SKIPPING ${text}`);
}
const available = (language: Language) => !lacking.has(language);
const feasible = ({ needs }: { needs: readonly Language[] }) => needs.every(available);

// Whatever ends the bench ends what it has started
process.on("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  rounds,
  machine: { ...machine(), ...versions(lacking) },
  works: [],
  startups: [],
  curves: [],
};
for (const [name, value] of Object.entries(results.machine)) console.log(`${name}: ${value}`);

for (const work of all.works.filter(wanted)) {
  const variants = work.variants.filter(feasible);
  if (variants.length === 0) continue;
  console.log(`\n${work.title}, ${work.unit} [${work.id}]`);
  const measured = await measure({ ...work, variants }, rounds, (variant, value) => {
    console.log(`  ${variant.padEnd(24)} ${format(value)}`);
  });
  results.works.push(measured);
  for (const { name, summary, ratio } of measured.variants) {
    console.log(`= ${name.padEnd(24)} ${format(summary.median)}, ${format(ratio)} of ${variants[0]?.name}`);
  }
}
if (wanted(all.startup)) {
  console.log("\nStart to first message, and memory [startup]");
  results.startups = await startups(rounds, available, (role, language, milliseconds, megabytes) => {
    console.log(`  ${`${role}, ${language}`.padEnd(24)} ${format(milliseconds)} ms, ${format(megabytes)} MB`);
  });
}
for (const curve of all.curves.filter(wanted)) {
  const lines = curve.lines.filter(feasible);
  if (lines.length === 0) continue;
  console.log(`\n${curve.title}: ${curve.y} [${curve.id}]`);
  const traced = await growth.trace({ ...curve, lines }, Math.min(rounds, reach.rounds), (line, x, y) => {
    console.log(`  ${line.padEnd(24)} ${String(x).padEnd(8)} ${format(y)}`);
  });
  results.curves.push(traced);
}
results.machine["load after"] = load();

// Only a whole run is worth keeping
if (!quick && only === undefined && lacking.size === 0) write(results);
else
  console.log("\nNot written down: that takes a whole run, with all languages, without --quick and --only.");
