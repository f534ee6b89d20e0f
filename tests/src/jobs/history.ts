/**
 * The oracle: a batch with real processes, of which some are killed, stopped, terminated and cut off while it runs, all
 * of them chosen by a seed; and then what the files say.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freeEndpoint, hasTool, peer, role, type RunningProcess, TcpProxy } from "process-kit";
import { seededRandom, within } from "zmq-common";
import { faultsOf, readJournal } from "./journal.js";

/** After this silence a worker is given up, in milliseconds. */
const TTL = 600;

/** Most jobs a worker holds. */
const WINDOW = 32;

const WORKERS = 4;

/** How many results come while the sink is away, at most. */
const KEPT = 4000;

/** More than unlucky kills of one lone job are likely to be. */
const ATTEMPTS = 5;

/** A batch takes a few seconds; one that hangs fails. */
const DEADLINE = 60_000;

const FAULTS = [
  "kill",
  "terminate",
  "stop",
  "hang",
  "cut",
  "long cut",
  "sink cut",
  "unheard",
  "vent",
  "sink",
  "both",
] as const;

/** What every history has: both journals needed at once, ghosts, and a death between the journal's write and the ACK. */
const ALWAYS = ["both", "long cut", "unheard"] as const;

type Fault = (typeof FAULTS)[number];

export interface HistoryOptions {
  seed: number;
  jobs: number;
  /** Which faults may happen. Default: all. */
  faults?: readonly Fault[];
  /** How many jobs kill each worker that runs them. */
  poison?: number;
}

/** What happened, and what was wrong with it: nothing, it is to be hoped. */
export interface HistoryReport {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  /** How many jobs ran more than once, poison not counted. */
  readonly runAgain: number;
  readonly problems: readonly string[];
}

interface Worker {
  process: RunningProcess;
  /** What it waits for when it is started again. */
  readonly proxy: TcpProxy;
  readonly start: () => Promise<RunningProcess>;
}

/** Runs a batch with faults. */
export async function runHistory({
  seed,
  jobs,
  faults = FAULTS,
  poison = 0,
}: HistoryOptions): Promise<HistoryReport> {
  const folder = mkdtempSync(join(tmpdir(), "history-"));
  try {
    const history = new History(folder, seed, jobs, poison);
    return await history.run(faults);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class History {
  readonly #folder: string;
  readonly #seed: number;
  readonly #random: () => number;
  readonly #jobs: number;
  readonly #poison = new Set<number>();
  readonly #counts: Record<string, number> = {};
  readonly #workers: Worker[] = [];
  /** All that ever ran, for what they printed. */
  readonly #ran: RunningProcess[] = [];
  readonly #proxies: TcpProxy[] = [];
  #vent!: RunningProcess;
  #sink!: RunningProcess;
  #startVent!: () => RunningProcess;
  #startSink!: () => RunningProcess;
  #over = false;

  constructor(folder: string, seed: number, jobs: number, poison: number) {
    this.#folder = folder;
    this.#seed = seed;
    this.#jobs = jobs;
    this.#random = seededRandom(seed);
    while (this.#poison.size < poison) this.#poison.add(this.#pick(jobs));
    // Every job is another number of milliseconds, about two: what a worker prints tells which it ran
    const lines = Array.from({ length: jobs }, (_, id) => (this.#poison.has(id) ? "die" : payloadOf(id)));
    writeFileSync(this.#input, lines.map((line) => `${line}\n`).join(""));
  }

  get #input(): string {
    return join(this.#folder, "input");
  }

  #pick(n: number): number {
    return within(n, this.#random);
  }

  async run(faults: readonly Fault[]): Promise<HistoryReport> {
    const start = performance.now();
    try {
      await this.#start();
      const restarting = this.#restartWorkers();
      await this.#breakThings(faults);
      const left = DEADLINE - (performance.now() - start);
      const [vent, sink] = await Promise.all([this.#vent.exited(left), this.#sink.exited(left)]);
      this.#over = true;
      await restarting;
      const problems = await this.#check();
      if (vent.code !== 0)
        problems.push(`jobvent ended with ${JSON.stringify(vent)}: ${this.#vent.report()}`);
      if (sink.code !== (this.#poison.size > 0 ? 1 : 0)) {
        problems.push(`jobsink ended with ${JSON.stringify(sink)}: ${this.#sink.report()}`);
      }
      const seconds = (performance.now() - start) / 1000;
      return { seed: this.#seed, seconds, faults: this.#counts, runAgain: this.#runAgain, problems };
    } finally {
      this.#over = true;
      await Promise.all(this.#ran.map((process) => process.end("SIGKILL")));
      for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
    }
  }

  async #start(): Promise<void> {
    const [bind, sinkBind] = [await freeEndpoint(), await freeEndpoint()];
    const sinkProxy = await this.#proxy(sinkBind);
    const [journal, sinkJournal] = [join(this.#folder, "vent"), join(this.#folder, "sink")];
    this.#startSink = () =>
      this.#remember(
        role(
          "jobsink",
          { bind: sinkBind, journal: sinkJournal, output: join(this.#folder, "output") },
          { output: "ignore" },
        ),
      );
    this.#startVent = () =>
      this.#remember(
        role("jobvent", {
          bind,
          sink: sinkProxy.endpoint,
          input: this.#input,
          journal,
          attempts: ATTEMPTS,
          workers: 2,
        }),
      );
    this.#sink = this.#startSink();
    this.#vent = this.#startVent();
    for (let n = 0; n < WORKERS; n++) {
      const proxy = await this.#proxy(bind);
      const startWorker = async () => this.#remember(await this.#worker(n, proxy.endpoint));
      this.#workers.push({ process: await startWorker(), proxy, start: startWorker });
    }
  }

  /** Two in TypeScript, and one each in C and Python where the machine has what it takes. */
  async #worker(n: number, vent: string): Promise<RunningProcess> {
    const options = { output: "file" } as const;
    if (n === 2 && hasTool("gcc")) return peer("C", "jobwork", [vent, WINDOW / 2, TTL], options);
    if (n === 3 && hasTool("pyzmq")) return peer("Python", "jobwork", [vent, WINDOW / 4, TTL], options);
    return role("jobwork", { vent, ttl: TTL, window: WINDOW }, options);
  }

  async #proxy(endpoint: string): Promise<TcpProxy> {
    const proxy = await TcpProxy.start(endpoint);
    this.#proxies.push(proxy);
    return proxy;
  }

  #remember(process: RunningProcess): RunningProcess {
    this.#ran.push(process);
    return process;
  }

  /** Starts a worker again when it is gone, as a supervisor does. */
  async #restartWorkers(): Promise<void> {
    while (!this.#over) {
      for (const worker of this.#workers) {
        if (worker.process.exit === undefined || this.#over) continue;
        // One that ended by itself was told to stop: the batch is done, or so it was told before
        worker.process = await worker.start();
      }
      await setTimeout(20);
    }
  }

  async #breakThings(faults: readonly Fault[]): Promise<void> {
    if (faults.length === 0) return;
    const always = ALWAYS.filter((fault) => faults.includes(fault));
    const others = Array.from(
      { length: 2 + this.#pick(5) },
      () => faults[this.#pick(faults.length)] ?? "kill",
    );
    const all = [...always, ...others].map((fault) => ({ fault, order: this.#random() }));
    for (const { fault } of all.toSorted((one, other) => one.order - other.order)) {
      await setTimeout(50 + this.#pick(250));
      if (this.#vent.exit !== undefined) return;
      this.#counts[fault] = (this.#counts[fault] ?? 0) + 1;
      await this.#break(fault);
    }
  }

  async #break(fault: Fault): Promise<void> {
    // Those in C and Python know nothing of signals
    const worker = this.#workers[this.#pick(fault === "terminate" ? 2 : WORKERS)];
    if (worker === undefined) return;
    const pause = (span: number) => setTimeout(span);
    switch (fault) {
      case "kill":
        worker.process.kill("SIGKILL");
        return;
      case "terminate":
        worker.process.kill("SIGTERM");
        return;
      case "stop":
      case "hang": {
        const { process } = worker;
        process.kill("SIGSTOP");
        await pause(fault === "stop" ? TTL / 2 : 2 * TTL);
        process.kill("SIGCONT");
        return;
      }
      case "cut":
      case "long cut":
        worker.proxy.cut();
        await pause(fault === "cut" ? TTL / 2 : 2 * TTL);
        worker.proxy.heal();
        return;
      case "sink cut":
        this.#proxies[0]?.cut();
        await pause(this.#pick(1000));
        this.#proxies[0]?.heal();
        return;
      case "unheard":
        // What it writes now it acknowledges in vain
        this.#proxies[0]?.cut("answers");
        await pause(100);
        await this.#restart("sink");
        this.#proxies[0]?.heal();
        return;
      default:
        await this.#restart(fault);
    }
  }

  /** Kills the ventilator, the sink, or both at once, and starts them again. */
  async #restart(which: "vent" | "sink" | "both"): Promise<void> {
    const victims =
      which === "both" ? [this.#vent, this.#sink] : [which === "vent" ? this.#vent : this.#sink];
    // One that has just ended by itself is done
    if (victims.some(({ exit }) => exit !== undefined)) return;
    for (const victim of victims) victim.kill("SIGKILL");
    const exits = await Promise.all(victims.map((victim) => victim.exited()));
    await setTimeout(this.#pick(300));
    if (victims.includes(this.#sink) && exits.at(-1)?.signal === "SIGKILL") this.#sink = this.#startSink();
    if (victims.includes(this.#vent) && exits[0]?.signal === "SIGKILL") this.#vent = this.#startVent();
  }

  async #check(): Promise<string[]> {
    await Promise.all(this.#workers.map(({ process }) => process.end("SIGKILL")));
    const { results, dead, isEnded } = readJournal(join(this.#folder, "sink"));
    const problems = faultsOf(
      [...results, ...dead].map(([id]) => id),
      this.#jobs,
    );
    if (!isEnded) problems.push("the journal has no end");
    for (const [id, result] of results)
      if (result !== "") problems.push(`job ${id} has the result ${result}`);
    for (const [id, reason] of dead)
      if (!this.#poison.has(id)) problems.push(`job ${id} died innocently: ${reason}`);
    for (const id of this.#poison) {
      if (!dead.some(([each]) => each === id)) problems.push(`job ${id} is poison and not dead`);
    }
    const output = readFileSync(join(this.#folder, "output"), "latin1").split("\n").slice(0, -1);
    const written = output.map((line) => Number(line.split("\t")[0]));
    const alive = new Set(results.map(([id]) => id));
    if (
      written.length !== alive.size ||
      !written.every((id) => alive.has(id)) ||
      new Set(written).size !== alive.size
    ) {
      problems.push(`the output has ${written.length} lines for ${alive.size} results`);
    }
    const runs = this.#runs();
    for (const id of alive) if (!runs.has(id)) problems.push(`job ${id} is counted and never ran`);
    const most = this.#mostAgain();
    if (this.#runAgain > most)
      problems.push(`${this.#runAgain} jobs ran again, ${most} at most were held at faults`);
    return problems;
  }

  /** How often each job was begun, by what the workers printed. */
  #runs(): Map<number, number> {
    const runs = new Map<number, number>();
    for (const { stdout } of this.#ran) {
      for (const [, digits] of stdout.matchAll(/2\.00(\d{6})\./g)) {
        runs.set(Number(digits), (runs.get(Number(digits)) ?? 0) + 1);
      }
    }
    return runs;
  }

  get #runAgain(): number {
    return [...this.#runs().values()].reduce((sum, times) => sum + times - 1, 0);
  }

  /**
   * What a worker holds may run again when it is lost; what all hold, when the ventilator is, and what it has kept for a
   * sink that was away.
   */
  #mostAgain(): number {
    const count = (...faults: readonly Fault[]) =>
      faults.reduce((sum, fault) => sum + (this.#counts[fault] ?? 0), 0);
    const workers = count("kill", "stop", "hang", "cut", "long cut") + this.#poison.size * ATTEMPTS;
    const kept = count("sink", "sink cut", "unheard", "both") > 0 ? KEPT : 0;
    return WINDOW * workers + (WINDOW * WORKERS + kept) * count("vent", "both");
  }
}

const payloadOf = (id: number) => `2.00${String(id).padStart(6, "0")}`;
