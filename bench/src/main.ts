/**
 * Measures the roles beside C, Python and plain zeromq.js, and writes it down in docs/performance.
 *
 *     npx pnpm@10 bench [--quick] [--only ID] [--rounds N]
 */
import { parseArgs } from "node:util";
import * as growth from "./growth.js";
import { machine } from "./machine.js";
import { endAll } from "./processes.js";
import { versions } from "./programs.js";
import { type Results, write } from "./report.js";
import { startups } from "./startup.js";
import { format } from "./statistics.js";
import { measure } from "./work.js";
import * as size from "./works.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string" },
  },
});
const { quick, only } = values;
const rounds = Number(values.rounds ?? (quick ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new RangeError(`Expected --rounds to be an integer from 1, got ${values.rounds}`);
}
const wanted = ({ id }: { id: string }) => only === undefined || id === only;
const reach = quick ? growth.QUICK : growth.FULL;
const works = size.works(quick ? size.QUICK : size.FULL).filter(wanted);
const curves = growth.curves(reach).filter(wanted);
const timesStartup = wanted({ id: "startup" });
if (works.length + curves.length === 0 && !timesStartup) {
  const ids = [...size.works(size.FULL), ...growth.curves(growth.FULL), { id: "startup" }].map(
    ({ id }) => id,
  );
  throw new RangeError(`Expected --only to be one of ${ids.join(", ")}, got ${only}`);
}

// Whatever ends the bench ends what it has started
process.on("exit", endAll);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  rounds,
  machine: { ...machine(), ...versions() },
  works: [],
  startups: [],
  curves: [],
};
for (const [name, value] of Object.entries(results.machine)) console.log(`${name}: ${value}`);

for (const work of works) {
  console.log(`\n${work.title}, ${work.unit} [${work.id}]`);
  const tell = (variant: string, value: number) => console.log(`  ${variant.padEnd(24)} ${format(value)}`);
  const measured = await measure(work, rounds, tell);
  results.works.push(measured);
  for (const { name, summary, ratio } of measured.variants) {
    console.log(`= ${name.padEnd(24)} ${format(summary.median)}, ${format(ratio)} of C`);
  }
}
if (timesStartup) {
  console.log("\nStart to first message, and memory [startup]");
  results.startups = await startups(rounds, ({ role, language, milliseconds, megabytes }) => {
    console.log(`= ${`${role}, ${language}`.padEnd(24)} ${format(milliseconds)} ms, ${format(megabytes)} MB`);
  });
}
for (const curve of curves) {
  console.log(`\n${curve.title}: ${curve.y} [${curve.id}]`);
  const tell = (x: number, y: number) => console.log(`  ${String(x).padEnd(24)} ${format(y)}`);
  results.curves.push(await growth.trace(curve, Math.min(rounds, reach.rounds), tell));
}

// Only a whole run is worth keeping
if (!quick && only === undefined) write(results);
else console.log("\nNot written down: that takes a whole run, without --quick and --only.");
