/** What runs for each pattern, and what its output amounts to. */

import type { RoleName, RoleOptions } from "process-kit";

/** A role as a process. */
export type Part = { [N in RoleName]: PartOf<N> }[RoleName];

interface PartOf<N extends RoleName> {
  role: N;
  options: RoleOptions<N>;
  /** How many of it. */
  count?: number;
  /** Runs until it is stopped; the pattern is over when all other parts are. */
  server?: boolean;
}

export interface Pattern {
  title: string;
  parts: Part[];
  /** One line, from what the roles printed on stdout. */
  summarise: (output: ReadonlyMap<string, string>) => string;
}

export interface PatternOptions {
  /** How many workers a pipeline has. */
  workers: number;
  /** The first of the four TCP ports that are used. */
  port: number;
}

/** The chapter's patterns. */
export const CHAPTER = ["hello", "weather", "pipeline"] as const;

/** These, and the pipeline that loses nothing. */
export const PATTERNS = [...CHAPTER, "jobs"] as const;

export type PatternName = (typeof PATTERNS)[number];

export function pattern(name: PatternName, { workers, port }: PatternOptions): Pattern {
  const [hello, weather, vent, sink] = [0, 1, 2, 3].map((nth) => `tcp://127.0.0.1:${port + nth}`) as Ports;
  const patterns: Record<PatternName, Pattern> = {
    hello: {
      title: "Request-reply: a client asks, a server answers",
      parts: [
        { role: "hello-server", options: { bind: hello, work: 200 }, server: true },
        { role: "hello-client", options: { connect: hello } },
      ],
      summarise(output) {
        const replies = output.get("hello-client")?.match(/^Received World/gm)?.length ?? 0;
        return `${replies} requests answered`;
      },
    },
    weather: {
      title: "Publish-subscribe: a server publishes, a client takes what it subscribed to",
      parts: [
        { role: "wuserver", options: { bind: weather }, server: true },
        { role: "wuclient", options: { connect: weather } },
      ],
      summarise(output) {
        const average = capture(output.get("wuclient"), /zipcode '10001 ' was (-?\d+)F/);
        return `100 updates averaged for zip code 10001: ${average} °F`;
      },
    },
    pipeline: {
      title: "Parallel pipeline: a ventilator deals out tasks, workers do them, a sink collects the results",
      parts: [
        { role: "tasksink", options: { bind: sink } },
        { role: "taskwork", options: { vent, sink }, count: workers, server: true },
        { role: "taskvent", options: { bind: vent, sink, workers } },
      ],
      summarise(output) {
        const cost = Number(capture(output.get("taskvent"), /Total expected cost: (\d+) msec/));
        const elapsed = Number(capture(output.get("tasksink"), /Total elapsed time: (\d+) msec/));
        const speedUp = (cost / elapsed).toFixed(1);
        return `tasks of ${cost} ms done in ${elapsed} ms by ${workers} workers: ${speedUp} times as fast as one after another`;
      },
    },
    jobs: {
      title: "Jobs: workers take them as they can, and each is counted once",
      parts: [
        { role: "jobsink", options: { bind: sink } },
        { role: "jobwork", options: { vent }, count: workers },
        { role: "jobvent", options: { bind: vent, sink, workers } },
      ],
      summarise(output) {
        const cost = Number(capture(output.get("jobvent"), /Total expected cost: (\d+) msec/));
        const elapsed = Number(capture(output.get("jobsink"), /Total elapsed time: (\d+) msec/));
        const speedUp = (cost / elapsed).toFixed(1);
        return `jobs of ${cost} ms done in ${elapsed} ms by ${workers} workers: ${speedUp} times as fast as one after another`;
      },
    },
  };
  return patterns[name];
}

type Ports = [hello: string, weather: string, vent: string, sink: string];

function capture(text: string | undefined, expression: RegExp): string {
  return expression.exec(text ?? "")?.[1] ?? "?";
}
