/** What runs for each pattern, and what its output amounts to. */

/** A role as a process: the name of its app, and its flags. */
export interface Part {
  role: string;
  flags: string[];
  /** How many of it. */
  count?: number;
  /** Runs until it is stopped; the pattern is over when all other parts are. */
  server?: boolean;
}

export interface Pattern {
  title: string;
  parts: Part[];
  /** One line, from what the roles printed on stdout. */
  summary(output: ReadonlyMap<string, string>): string;
}

export interface PatternOptions {
  /** How many workers the pipeline has. */
  workers: number;
  /** The first of the four TCP ports that are used. */
  port: number;
}

export const PATTERNS = ["hello", "weather", "pipeline"] as const;

export function pattern(name: (typeof PATTERNS)[number], { workers, port }: PatternOptions): Pattern {
  const endpoint = (nth: number) => `tcp://127.0.0.1:${port + nth}`;
  switch (name) {
    case "hello":
      return {
        title: "Request-reply: a client asks, a server answers",
        parts: [
          { role: "hello-server", flags: ["--bind", endpoint(0), "--work", "200"], server: true },
          { role: "hello-client", flags: ["--connect", endpoint(0)] },
        ],
        summary(output) {
          const replies = output.get("hello-client")?.match(/^Received World/gm)?.length ?? 0;
          return `${replies} requests answered`;
        },
      };
    case "weather":
      return {
        title: "Publish-subscribe: a server publishes, a client takes what it subscribed to",
        parts: [
          { role: "wuserver", flags: ["--bind", endpoint(1)], server: true },
          { role: "wuclient", flags: ["--connect", endpoint(1), "--updates", "100"] },
        ],
        summary(output) {
          const average = capture(output.get("wuclient"), /zipcode '10001 ' was (-?\d+)F/);
          return `100 updates averaged for zip code 10001: ${average} °F`;
        },
      };
    case "pipeline":
      return {
        title:
          "Parallel pipeline: a ventilator deals out tasks, workers do them, a sink collects the results",
        parts: [
          { role: "tasksink", flags: ["--bind", endpoint(3)] },
          {
            role: "taskwork",
            flags: ["--vent", endpoint(2), "--sink", endpoint(3)],
            count: workers,
            server: true,
          },
          {
            role: "taskvent",
            flags: ["--bind", endpoint(2), "--sink", endpoint(3), "--workers", String(workers)],
          },
        ],
        summary(output) {
          const cost = Number(capture(output.get("taskvent"), /Total expected cost: (\d+) msec/));
          const elapsed = Number(capture(output.get("tasksink"), /Total elapsed time: (\d+) msec/));
          const speedup = (cost / elapsed).toFixed(1);
          return `tasks of ${cost} ms done in ${elapsed} ms by ${workers} workers: ${speedup} times as fast as one after another`;
        },
      };
  }
}

function capture(text: string | undefined, expression: RegExp): string {
  return expression.exec(text ?? "")?.[1] ?? "?";
}
