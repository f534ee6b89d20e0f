/** The goals that our roles are measured by, and how they stand. */
import { benchmarkOf, medians, type Results } from "./results.js";
import { format } from "./statistics.js";
import { table } from "./tables.js";

/** A bound for the medians of a variant, "ours" if none is named, at each x, or for their ratios to another variant's. */
type Goal = { id: string; variant?: string; of?: string } & ({ min: number } | { max: number });

const GOALS: readonly Goal[] = [
  { id: "weather", of: "C", max: 0.33 },
  { id: "send", of: "C", min: 0.27 },
  { id: "send", of: "zeromq.js", min: 1.8 },
  { id: "receive", of: "zeromq.js", min: 1.4 },
  { id: "round-trip", of: "zeromq.js", max: 1.05 },
  { id: "round-trip", of: "C", max: 1.35 },
  { id: "batch-1", of: "C", max: 1.02 },
  { id: "batch-2", of: "C", max: 1.02 },
  { id: "batch-4", of: "C", max: 1.02 },
  { id: "startup", of: "zeromq.js", max: 1.25 },
  { id: "startup", max: 150 },
  { id: "startup-memory", max: 60 },
  { id: "telemetry", variant: "unwatched", max: 1.03 },
  { id: "subscribing", max: 100 },
  { id: "stopping", max: 100 },
  { id: "event-loop-delay-publishing", max: 100 },
  { id: "event-loop-delay-receiving", max: 100 },
  { id: "empty-jobs", of: "taskvent's pipeline", min: 5 },
  { id: "empty-jobs", of: "NATS JetStream", min: 10 },
  { id: "empty-jobs", of: "BullMQ", min: 10 },
  { id: "makespan", max: 1.02 },
  { id: "redelivery", max: 50 },
  { id: "jobs-memory", variant: "jobvent", max: 300 },
  { id: "jobs-memory", variant: "jobvent, jobsink stopped", max: 300 },
  { id: "jobs-memory", variant: "jobsink", max: 300 },
];

/** A row for each goal. */
export function goalsTable(results: Results, goals = GOALS): string {
  const rows = goals.map(({ id, variant, of, ...bounds }) => {
    const benchmark = benchmarkOf(results, id);
    const values = medians(benchmark, variant ?? "ours", of);
    const [bound, worst, met] =
      "max" in bounds
        ? [`at most ${bounds.max}`, Math.max(...values), Math.max(...values) <= bounds.max]
        : [`at least ${bounds.min}`, Math.min(...values), Math.min(...values) >= bounds.min];
    const name = variant === undefined ? `\`${id}\`` : `\`${id}\`, ${variant}`;
    const unit = of === undefined ? benchmark.unit : `of ${of}`;
    return [name, `${bound} ${unit}`, format(worst), met ? "met" : "**missed**"];
  });
  return table(["Benchmark", "Goal", "Measured", ""], rows);
}
