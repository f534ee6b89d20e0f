import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { cpuTime, eventually, freeEndpoint, peakMemory, type RunningProcess } from "process-kit";
import { Dealer } from "zeromq";
import { seededRandom, within } from "zmq-common";
import { type Benchmark, type Case, casesOver } from "../benchmark.js";
import { natsServer, onNode, redisServer, role, type Server } from "../commands.js";
import { alongside, DEADLINE, expectOutput, run } from "../processes.js";
import { emptyTasksDone, expectOnce } from "./pipeline.js";
import { powers, type Scale } from "./scale.js";

/** How many workers do empty jobs. */
const CREW = 4;

/** What a worker in C asks for; one in TypeScript comes to this by itself when jobs are empty. */
const WINDOW = 2000;

/** Makes the same jobs each time. */
const SEED = 1;

/** A job that does not end while it is looked at, in milliseconds. */
const LONG = 600_000;

export function jobs(scale: Scale): Benchmark[] {
  const { emptyJobs, maxJobs, maxCrew } = scale;
  return [
    {
      id: "empty-jobs",
      title: `Empty jobs, ${CREW} workers`,
      unit: "jobs/s",
      cases: [
        { variant: "ours", needs: ["ours"], measure: () => emptyJobsDone("ours", scale) },
        { variant: "ours, workers in C", needs: ["C", "ours"], measure: () => emptyJobsDone("C", scale) },
        {
          variant: "taskvent's pipeline",
          needs: ["C", "ours"],
          measure: () => emptyTasksDone({ ...scale, emptyTasks: emptyJobs / 5 }),
        },
        queueCase("NATS JetStream", "nats-server", natsServer, "jetstream", emptyJobs / 10),
        queueCase("BullMQ", "redis-server", redisServer, "bullmq", emptyJobs / 50),
      ],
    },
    {
      id: "makespan",
      title: `${scale.jobs} jobs of 1 to 100 ms`,
      unit: "of the greedy bound",
      x: "workers",
      cases: casesOver(powers(1, 2, maxCrew), ["ours"], [], (_, x) => overGreedyBound(x, scale)),
    },
    {
      id: "redelivery",
      title: "From a worker's death until what it held is given out again",
      unit: "ms",
      x: "jobs held",
      cases: powers(1, 16, 256).flatMap((x) => [
        { variant: "ours", x, needs: ["C", "ours"], measure: () => redelivery(x, 1) },
        { variant: "ours, all of them", x, needs: ["C", "ours"], measure: () => redelivery(x, x) },
      ]),
    },
    {
      id: "jobs-memory",
      title: "Peak memory by the jobs of a batch",
      unit: "MB",
      x: "jobs",
      cases: powers(1, 1024, maxJobs).flatMap((x) => [
        { variant: "jobvent", x, needs: ["ours"], measure: () => memory("jobvent", x) },
        { variant: "jobvent, jobsink stopped", x, needs: ["ours"], measure: () => memoryOfBacklog(x) },
        { variant: "jobsink", x, needs: ["ours"], measure: () => memory("jobsink", x) },
      ]),
    },
  ];
}

/** A folder for the time of a measurement: its input, and all that is written in it. */
class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "bench-jobs-"));
  /** A file with a job a line. */
  readonly input = join(this.path, "input");
  readonly ventilatorJournal = join(this.path, "jobvent");
  readonly sinkJournal = join(this.path, "jobsink");

  constructor(workloads: readonly number[] = []) {
    writeFileSync(this.input, workloads.map((workload) => `${workload}\n`).join(""));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

// --- Speed

/** How many empty jobs are counted per second. */
async function emptyJobsDone(worker: "C" | "ours", { emptyJobs, thorough }: Scale): Promise<number> {
  const workloads = Array.from({ length: emptyJobs }, () => 0);
  return (emptyJobs / (await elapsed(worker, CREW, workloads, thorough))) * 1000;
}

/** How long the same jobs take, over how long they would take if nothing but the jobs themselves took time. */
async function overGreedyBound(workers: number, { jobs: count, thorough }: Scale): Promise<number> {
  const random = seededRandom(SEED);
  const workloads = Array.from({ length: count }, () => within(100, random) + 1);
  return (await elapsed("ours", workers, workloads, thorough)) / greedyBound(workloads, workers);
}

/** How long a batch takes if each job goes, in the order of the batch, to the worker that is idle first. */
export function greedyBound(workloads: readonly number[], workers: number): number {
  const busyUntil = Array.from({ length: workers }, () => 0);
  for (const workload of workloads) {
    const first = busyUntil.indexOf(Math.min(...busyUntil));
    busyUntil[first] = (busyUntil[first] ?? 0) + workload;
  }
  return Math.max(...busyUntil);
}

/** How long a batch takes, with both journals, by the sink's clock, in milliseconds. */
async function elapsed(
  worker: "C" | "ours",
  workers: number,
  workloads: readonly number[],
  thorough: boolean,
): Promise<number> {
  using folder = new Folder(workloads);
  const [bind, to] = [await freeEndpoint(), await freeEndpoint()];
  const { input, ventilatorJournal, sinkJournal } = folder;
  const vent = { bind, sink: to, input, workers, journal: ventilatorJournal };
  await using ventilator = await run(role("ours", "jobvent", vent), { env: { LOG_LEVEL: "info" } });
  const work = worker === "C" ? { vent: bind, window: WINDOW } : { vent: bind };
  const start = () => run(role(worker, "jobwork", work), { output: thorough ? "file" : "ignore" });
  const crew = await Promise.all(Array.from({ length: workers }, start));
  await ventilator.untilLogged(new RegExp(`^peers connected: ${workers}$`));

  // The sink's clock starts with the batch, and that is given out when there is a sink
  const sink = await run(role("ours", "jobsink", { bind: to, journal: sinkJournal }), { output: "file" });
  const [, milliseconds] = await expectOutput(sink, /Total elapsed time: (\d+) msec\n$/);
  await Promise.all([ventilator, ...crew].map((one) => one.done()));
  if (thorough) expectOnce(workloads, crew);
  return Math.max(1, Number(milliseconds));
}

/** How many jobs per second a queue hands out and has acknowledged that it holds already. */
function queueCase(
  variant: string,
  need: "nats-server" | "redis-server",
  server: (folder: string) => Server,
  program: string,
  count: number,
): Case {
  const measure = async () => {
    using folder = new Folder();
    return await alongside(server(folder.path), async (endpoint) => {
      const { port } = new URL(endpoint);
      const producer = await run(onNode(program, "add", port, count), { output: "read" });
      await producer.line(/^added$/);
      const start = () => run(onNode(program, "work", port), { output: "read" });
      const crew = await Promise.all(Array.from({ length: CREW }, start));
      await Promise.all(crew.map((one) => one.line(/^ready$/)));
      for (const one of [...crew, producer]) one.write("\n");
      const [, jobsDone, milliseconds] = await expectOutput(producer, /^(\d+) (\S+)$/m);
      for (const one of crew) one.closeInput();
      const done = await Promise.all(crew.map((one) => expectOutput(one, /^done (\d+)$/m)));
      const sum = done.reduce((total, [, each]) => total + Number(each), 0);
      if (sum !== count) throw new Error(`Expected ${count} jobs to be done once, got ${sum} done`);
      return (Number(jobsDone) / Number(milliseconds)) * 1000;
    });
  };
  return { variant, needs: [need], measure };
}

// --- Faults

/**
 * How long after SIGKILL to a worker until some of the jobs that it held are given out again, in milliseconds. Because any
 * of them may have killed it, each is given to an idle worker alone.
 */
async function redelivery(held: number, some: number): Promise<number> {
  using folder = new Folder(Array.from({ length: held }, () => LONG));
  const [bind, to] = [await freeEndpoint(), await freeEndpoint()];
  await using _ = await run(role("ours", "jobsink", { bind: to }));
  const vent = { bind, sink: to, input: folder.input };
  await using ventilator = await run(role("ours", "jobvent", vent));
  await using victim = await run(role("C", "jobwork", { vent: bind, window: held }), { output: "read" });
  await victim.until(new RegExp(`^${LONG}\\.`));

  using worker = new IdleWorker(bind);
  await worker.register();
  const since = performance.now();
  victim.kill("SIGKILL");
  const redo = async (count: number) => {
    for (let given = 0; given < count;) given += await worker.doNext();
  };
  await redo(some);
  const milliseconds = performance.now() - since;
  await redo(held - some);
  await ventilator.done();
  return milliseconds;
}

/** A worker that does any job at once. */
class IdleWorker implements Disposable {
  readonly #socket = new Dealer({ linger: 0, receiveTimeout: DEADLINE });
  #token = "";

  constructor(vent: string) {
    this.#socket.connect(vent);
  }

  async register(): Promise<void> {
    await this.#say("READY");
    [, this.#token = ""] = await this.#receive("HELLO");
    await this.#say("READY");
  }

  /** Waits for jobs, and does them. Returns how many they were. */
  async doNext(): Promise<number> {
    const [, first = "", payloads = ""] = await this.#receive("TASK");
    const count = payloads.split("\n").length - 1;
    await this.#say("DONE", `${first}-${Number(first) + count - 1}\n`);
    return count;
  }

  async #receive(kind: string): Promise<string[]> {
    for (;;) {
      const frames = (await this.#socket.receive()).map(String);
      if (frames[0] === kind) return frames;
    }
  }

  async #say(kind: string, ...lines: string[]): Promise<void> {
    await this.#socket.send([kind, this.#token, `${WINDOW} ${DEADLINE}`, ...lines]);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

// --- Memory

/** A batch of empty jobs but for the last one, which keeps all roles where they are. */
interface LastingBatch {
  ventilator: RunningProcess;
  sink: RunningProcess;
  /** Waits until a part of the empty jobs is in the sink's journal. */
  counted: (part: number) => Promise<void>;
}

/** The most memory that a role has had when all jobs are counted but the last, in MB. */
function memory(name: "jobvent" | "jobsink", count: number): Promise<number> {
  return whileLasting(count, async ({ ventilator, sink, counted }) => {
    await counted(1);
    return peakMemory((name === "jobvent" ? ventilator : sink).pid ?? NaN);
  });
}

/** The most memory that the ventilator has had when its sink stands still and it has nothing more to do, in MB. */
function memoryOfBacklog(count: number): Promise<number> {
  return whileLasting(count, async ({ ventilator, sink, counted }) => {
    await counted(0.01);
    sink.kill("SIGSTOP");
    const { pid = NaN } = ventilator;
    const isIdle = async () => {
      const before = cpuTime(pid);
      await setTimeout(500);
      return cpuTime(pid) - before <= 20;
    };
    await eventually(isIdle, "an idle ventilator", DEADLINE);
    const megabytes = peakMemory(pid);
    sink.kill("SIGCONT");
    await counted(1);
    return megabytes;
  });
}

/** How many jobs a sink's journal has; NaN before there is a batch in it. */
function jobsIn(sinkJournal: string): number {
  const file = join(sinkJournal, "results");
  const text = existsSync(file) ? readFileSync(file, "latin1") : "";
  if (text === "") return Number.NaN;
  const lines = [...text.matchAll(/^(\d+)(?:-(\d+))?$/gm)];
  return lines.reduce((total, [, first, last = first]) => total + Number(last) - Number(first) + 1, 0);
}

async function whileLasting(count: number, look: (batch: LastingBatch) => Promise<number>): Promise<number> {
  using folder = new Folder([...Array.from({ length: count - 1 }, () => 0), LONG]);
  const [bind, to] = [await freeEndpoint(), await freeEndpoint()];
  const { input, ventilatorJournal, sinkJournal } = folder;
  await using sink = await run(role("ours", "jobsink", { bind: to, journal: sinkJournal }));
  const vent = { bind, sink: to, input, workers: CREW, journal: ventilatorJournal };
  await using ventilator = await run(role("ours", "jobvent", vent));
  const start = () => run(role("ours", "jobwork", { vent: bind }));
  const crew = await Promise.all(Array.from({ length: CREW }, start));

  const counted = async (part: number) => {
    const enough = part * (count - 1);
    await eventually(
      () => jobsIn(sinkJournal) >= enough,
      () => `${enough} jobs in the journal, got ${jobsIn(sinkJournal)}`,
      DEADLINE,
    );
  };
  const megabytes = await look({ ventilator, sink, counted });
  // Without waiting for the last job
  await Promise.all(crew.map((one) => one.end("SIGKILL")));
  return megabytes;
}
