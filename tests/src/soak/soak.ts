/**
 * Hello and weather at full speed, with peers that come and go; watches the memory and the descriptors of those
 * that stay, and says whether they grow. Linux only. After `pnpm build`, in this folder's parent:
 *
 *     npx pnpm@10 soak --seconds 300
 *
 * Ends with status 1 if anything grew, died, or did not stop in good order.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  freeEndpoint,
  openDescriptors,
  residentMemory,
  role,
  type RoleName,
  type RoleOptions,
  type RunningProcess,
} from "process-kit";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "300" } } });
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 20) {
  throw new RangeError(`Expected \`--seconds\` to be an integer from 20, got \`${values.seconds}\``);
}

/** How long a peer that comes and goes stays, and is away, in milliseconds. */
const STAYS = 3000;
const AWAY = 500;

/** Keeps garbage from piling up before it is collected, so that what grows is what is held on to. */
const LITTLE_GARBAGE = "--max-semi-space-size=1";

/** What may come on top between two halves of the time: garbage that is not collected yet, a pool that grew. */
const TOLERATED = { memory: (before: number) => Math.max(10, before * 0.1), descriptors: () => 2 };

function start<N extends RoleName>(name: N, options: RoleOptions<N>): RunningProcess {
  const env = { LOG_LEVEL: "warn" };
  const started = role(name, options, { nodeArgs: [LITTLE_GARBAGE], output: "ignore", env });
  started.onOutput("stderr", (text) => process.stderr.write(text));
  return started;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.trunc(numbers.length / 2)] ?? NaN;

const [hello, weather] = [await freeEndpoint(), await freeEndpoint()];
const endless = 1_000_000_000;
const helloClient = () => start("hello-client", { connect: hello, requests: endless });
const weatherClient = () => start("wuclient", { filters: [""], connect: weather, updates: endless });

const staying = [
  start("hello-server", { bind: hello, work: 0 }),
  start("wuserver", { bind: weather }),
  helloClient(),
  weatherClient(),
].map((each) => ({ each, memory: [] as number[], descriptors: [] as number[] }));

const deadline = performance.now() + seconds * 1000;
let visits = 0;

/** A peer that comes, and goes without a word or in good order, until the time is over. */
async function visit(come: () => RunningProcess): Promise<void> {
  while (performance.now() < deadline) {
    const visitor = come();
    visits += 1;
    await sleep(Math.min(STAYS, Math.max(0, deadline - performance.now())));
    await visitor.end(visits % 2 === 0 ? "SIGKILL" : "SIGTERM");
    await sleep(AWAY);
  }
}

const visiting = [visit(helloClient), visit(weatherClient)];
while (performance.now() < deadline) {
  await sleep(1000);
  for (const { each, memory, descriptors } of staying) {
    if (each.exit !== undefined || each.pid === undefined) continue;
    memory.push(residentMemory(each.pid));
    descriptors.push(openDescriptors(each.pid));
  }
}
await Promise.all(visiting);

let bad = 0;

/** What the first and the second half of the time after the warm-up (a third of it) have in the middle. */
function judge(samples: readonly number[], tolerated: (before: number) => number): string {
  const warm = samples.slice(Math.trunc(samples.length / 3));
  const half = Math.trunc(warm.length / 2);
  const [before, after] = [median(warm.slice(0, half)), median(warm.slice(half))];
  const flat = after <= before + tolerated(before);
  if (!flat) bad += 1;
  return `${before.toFixed(0)} -> ${after.toFixed(0)} ${flat ? "flat" : "GREW"}`;
}

console.log(`${seconds} s, ${visits} visitors`);
console.log(`${"role".padEnd(14)}${"memory (MB)".padEnd(22)}${"descriptors".padEnd(22)}end`);
for (const { each, memory, descriptors } of staying) {
  const died = each.exit !== undefined;
  await each.end();
  const end = each.exit?.code ?? each.exit?.signal;
  if (died || end !== 0) bad += 1;
  const columns = [judge(memory, TOLERATED.memory), judge(descriptors, TOLERATED.descriptors)];
  console.log(
    `${each.name.padEnd(14)}${columns.map((column) => column.padEnd(22)).join("")}${died ? "DIED " : ""}${end}`,
  );
}
process.exitCode = bad === 0 ? 0 : 1;
