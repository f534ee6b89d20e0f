/**
 * Hello and weather at full speed, with peers that come and go; watches the memory and the descriptors of those
 * that stay, and says whether they grow. Linux only. After `pnpm build`, in this folder's parent:
 *
 *     npx pnpm@10 soak --seconds 300
 *
 * Ends with status 1 if anything grew, died, or did not stop in good order.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { descriptors, memory } from "../support/proc.js";

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

class Role {
  readonly name: string;
  readonly memory: number[] = [];
  readonly descriptors: number[] = [];
  readonly #process: ChildProcess;

  constructor(name: string, args: readonly string[]) {
    const main = join(import.meta.dirname, "../../../apps", name, "dist/main.js");
    this.name = name;
    this.#process = spawn(process.execPath, [LITTLE_GARBAGE, main, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, LOG_LEVEL: "warn" },
    });
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  sample(): void {
    const { pid } = this.#process;
    if (!this.running || pid === undefined) return;
    this.memory.push(memory(pid));
    this.descriptors.push(descriptors(pid));
  }

  /** Sends a signal and waits for the end; how it ended. */
  async end(signal: NodeJS.Signals): Promise<string> {
    if (this.running) {
      const ended = once(this.#process, "exit");
      this.#process.kill(signal);
      await ended;
    }
    return String(this.#process.exitCode ?? this.#process.signalCode);
  }
}

async function freeEndpoint(): Promise<string> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return `tcp://127.0.0.1:${port}`;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.trunc(numbers.length / 2)] ?? NaN;

const [hello, weather] = [await freeEndpoint(), await freeEndpoint()];
const endless = String(1_000_000_000);
const helloClient = () => new Role("hello-client", ["--connect", hello, "--requests", endless]);
const weatherClient = () => new Role("wuclient", ["", "--connect", weather, "--updates", endless]);

const staying = [
  new Role("hello-server", ["--bind", hello, "--work", "0"]),
  new Role("wuserver", ["--bind", weather]),
  helloClient(),
  weatherClient(),
];

const deadline = performance.now() + seconds * 1000;
let visits = 0;

/** A peer that comes, and goes without a word or in good order, until the time is over. */
async function visit(come: () => Role): Promise<void> {
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
  for (const role of staying) role.sample();
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
for (const role of staying) {
  const died = !role.running;
  const end = await role.end("SIGTERM");
  if (died || end !== "0") bad += 1;
  const columns = [judge(role.memory, TOLERATED.memory), judge(role.descriptors, TOLERATED.descriptors)];
  console.log(
    `${role.name.padEnd(14)}${columns.map((column) => column.padEnd(22)).join("")}${died ? "DIED " : ""}${end}`,
  );
}
process.exitCode = bad === 0 ? 0 : 1;
