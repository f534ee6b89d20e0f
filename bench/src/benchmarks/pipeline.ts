import { freeEndpoint, type RunningProcess } from "process-kit";
import { Pull } from "zeromq";
import { seededRandom, within } from "zmq-common";
import { type Benchmark, casesOf, casesOver, type Implementation } from "../benchmark.js";
import { batchVentilator, counter, role, sender, type Server } from "../commands.js";
import { alongside, counted, expectOutput, run } from "../processes.js";
import { powers, type Scale } from "./scale.js";

/** Makes the same batch as taskvent does of it. */
const SEED = 1;

export function pipeline(scale: Scale): Benchmark[] {
  const { tasks, emptyTasks, maxPeers, maxBytes } = scale;
  const milliseconds = scale.counting / 2;
  return [
    ...[1, 2, 4].map((workers) => ({
      id: `batch-${workers}`,
      title: `Batch of ${tasks} tasks, ${workers} ${workers === 1 ? "worker" : "workers"}`,
      unit: "of the cost divided evenly",
      cases: casesOf(["C", "ours"], ["C"], (by) => batch(by, workers, scale)),
    })),
    {
      id: "empty-tasks",
      title: `${emptyTasks.toLocaleString("en")} tasks of 0 ms, 4 workers`,
      unit: "tasks/s",
      cases: [
        ...casesOf(["C", "pyzmq", "zeromq.js"], ["C"], (by) => empty(by, by, scale)),
        { variant: "our workers, sink in C", needs: ["C"], measure: () => empty("ours", "C", scale) },
        { variant: "workers in C, our sink", needs: ["C"], measure: () => empty("C", "ours", scale) },
        ...casesOf(["ours"], ["C"], (by) => empty(by, by, scale)),
      ],
    },
    {
      id: "workers",
      title: "Tasks taken by all workers",
      unit: "tasks/s",
      x: "workers",
      cases: casesOver(powers(1, 2, maxPeers), ["C", "zeromq.js", "ours"], ["C"], (by, x) =>
        by === "ours" ? dealt(x, milliseconds) : pushed(by, 2, x, milliseconds),
      ),
    },
    {
      id: "size",
      title: "Throughput by the size of a message",
      unit: "MB/s",
      x: "bytes",
      cases: casesOver(
        powers(16, 4, maxBytes),
        ["C", "zeromq.js"],
        ["C"],
        async (by, x) => ((await pushed(by, x, 1, milliseconds)) * x) / 1e6,
      ),
    },
  ];
}

/** How long a batch with tasks of 1 to 100 ms takes, over its cost divided evenly. */
async function batch(by: "C" | "ours", workers: number, { tasks, thorough }: Scale): Promise<number> {
  const random = seededRandom(SEED);
  const workloads = Array.from({ length: tasks }, () => within(100, random) + 1);
  const cost = workloads.reduce((total, workload) => total + workload);
  return (
    (await elapsed({ ventilator: by, worker: by, sink: by, workers, workloads, thorough })) / (cost / workers)
  );
}

/** How many tasks of 0 ms, from a ventilator in C, are done per second. */
async function empty(worker: Implementation, sink: Implementation, scale: Scale): Promise<number> {
  const workloads = Array.from({ length: scale.emptyTasks }, () => 0);
  const all: Batch = { ventilator: "C", worker, sink, workers: 4, workloads, thorough: scale.thorough };
  return (workloads.length / (await elapsed(all))) * 1000;
}

interface Batch {
  ventilator: "C" | "ours";
  worker: Implementation;
  sink: Implementation;
  workers: number;
  /** What a ventilator in C sends; ours draws them itself. */
  workloads: readonly number[];
  /** Whether to check what the workers print. */
  thorough: boolean;
}

/** How long a batch takes, by the sink's clock, in milliseconds. */
function elapsed({ ventilator, worker, sink, workers, workloads, thorough }: Batch): Promise<number> {
  const tasks = workloads.length;
  const results = new RegExp(`^(?:[:.]\\s*){${tasks}}Total elapsed time: (\\d+) msec\\n$`);
  return alongside(
    (bind) => role(sink, "tasksink", { bind, tasks }),
    async (to, collector) => {
      const bind = await freeEndpoint();
      const output = thorough ? "file" : "ignore";
      const start = () => run(role(worker, "taskwork", { vent: bind, sink: to }), { output });
      const crew = await Promise.all(Array.from({ length: workers }, start));
      await using _ = await run(
        ventilator === "ours"
          ? role("ours", "taskvent", { bind, sink: to, tasks, workers, seed: SEED })
          : batchVentilator(bind, to, workers, workloads),
      );
      const [, milliseconds] = await expectOutput(collector, results);
      await Promise.all(crew.map((one) => one.end()));
      if (thorough) expectOnce(workloads, crew);
      // By its clock, the shortest time is 0 ms
      return Math.max(1, Number(milliseconds));
    },
    { output: "file" },
  );
}

/** How many tasks of 0 ms our workers and our sink do per second. */
export function emptyTasksDone(scale: Scale): Promise<number> {
  return empty("ours", "ours", scale);
}

/** @throws When the workers have not done each of the tasks once. */
export function expectOnce(workloads: readonly number[], crew: readonly RunningProcess[]): void {
  const done = crew.flatMap(({ stdout }) => stdout.match(/\d+(?=\.)/g) ?? []);
  const sorted = (tasks: readonly (string | number)[]) => tasks.map(String).toSorted().join(" ");
  if (sorted(workloads) !== sorted(done)) {
    throw new Error(`Expected each of ${workloads.length} tasks to be done once, got ${done.length} done`);
  }
}

/** What a plain PUSH hands over to PULL sockets in C, in messages per second. */
function pushed(by: "C" | "zeromq.js", bytes: number, sockets: number, milliseconds: number) {
  return taken(sender(by, "PUSH", bytes), sockets, milliseconds);
}

/** What our ventilator hands over to them. */
async function dealt(workers: number, milliseconds: number): Promise<number> {
  using sink = new Pull();
  await sink.bind("tcp://127.0.0.1:*");
  const options = { sink: sink.lastEndpoint ?? "", tasks: 1e9, workers };
  return await taken((bind) => role("ours", "taskvent", { bind, ...options }), workers, milliseconds);
}

function taken(from: Server, sockets: number, milliseconds: number): Promise<number> {
  return alongside(from, (endpoint) => counted(counter("PULL", sockets, endpoint, milliseconds)));
}
