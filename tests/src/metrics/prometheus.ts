/** A real Prometheus that scrapes roles, and what it has of them. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { eventually, freePort, type RunningProcess, start } from "process-kit/jest";

/** A series, as the answer to a query has it: its labels, and its value now. */
export interface Series {
  metric: Record<string, string>;
  value: number;
}

export class Prometheus implements AsyncDisposable {
  readonly #url: string;
  readonly #folder: string;
  readonly #process: RunningProcess;

  private constructor(url: string, folder: string, process: RunningProcess) {
    this.#url = url;
    this.#folder = folder;
    this.#process = process;
  }

  /** Starts one that scrapes these addresses every second, as the job `zeromq`. */
  static async start(targets: readonly string[]): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), "prometheus-"));
    const file = join(folder, "prometheus.yml");
    const every = { scrape_interval: "1s", scrape_timeout: "1s" };
    // JSON is YAML
    const config = { scrape_configs: [{ job_name: "zeromq", ...every, static_configs: [{ targets }] }] };
    await writeFile(file, JSON.stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const storage = `--storage.tsdb.path=${join(folder, "data")}`;
    const command = [
      "prometheus",
      `--config.file=${file}`,
      storage,
      `--web.listen-address=${address}`,
    ] as const;
    const prometheus = new Prometheus(`http://${address}`, folder, start(command));
    const isReady = () =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(isReady, "Prometheus is ready");
    return prometheus;
  }

  /**
   * Evaluates an expression.
   *
   * @throws When Prometheus cannot.
   */
  async query(expression: string): Promise<Series[]> {
    const body = new URLSearchParams({ query: expression });
    const response = await fetch(`${this.#url}/api/v1/query`, { method: "POST", body });
    const answer = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    if (answer.status !== "success") throw new Error(`${expression}: ${answer.error}`);
    return answer.data.result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
  }

  /** Waits until expressions of one value each have these. */
  async until(expected: Readonly<Record<string, number>>): Promise<void> {
    let last: Record<string, number | undefined> = {};
    const look = async () => {
      const all = Object.keys(expected).map(
        async (each) => [each, (await this.query(each))[0]?.value] as const,
      );
      last = Object.fromEntries(await Promise.all(all));
      return Object.entries(expected).every(([each, value]) => last[each] === value);
    };
    const what = () => `expected ${JSON.stringify(expected, null, 2)}, got ${JSON.stringify(last, null, 2)}`;
    await eventually(look, what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.end();
    await rm(this.#folder, { recursive: true });
  }
}

/** Runs promtool; it must be content. */
export async function promtool(args: readonly string[], input = ""): Promise<void> {
  const { exitCode, all } = await execa("promtool", args, { input, all: true, reject: false });
  if (exitCode !== 0) throw new Error(`promtool ${args.join(" ")}: ${all}`);
}

/** The names of the metrics in an answer to a scrape. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = ""]) => name);
}
