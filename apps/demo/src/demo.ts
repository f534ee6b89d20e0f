// Runs patterns one after another, each role as a process of its own, over TCP on this machine
import { env } from "node:process";
import { role, type RunningProcess } from "process-kit";
import type { RoleContext } from "zmq-common";
import { pattern, type Part, type PatternName } from "./patterns.js";
import { type Column, paint, Screen } from "./screen.js";

export interface DemoOptions {
  /** Which patterns to run. */
  patterns: PatternName[];
  /** How many workers the pipeline has. */
  workers: number;
  /** The first of the TCP ports that are used: four, or 26 with the page. */
  port: number;
  /** Opens the live page instead. */
  page: boolean;
}

export async function demo(
  { patterns, workers, port, page }: DemoOptions,
  context: RoleContext,
): Promise<void> {
  const { signal, print } = context;
  if (page) {
    // Loaded only where it is asked for
    const { showPage } = await import("./page.js");
    return showPage({ port }, context);
  }
  const summary: string[] = [];
  for (const name of patterns) {
    const { title, parts, summarise } = pattern(name, { workers, port });
    print(`\n${paint("bold", title)}\n`);
    const start = performance.now();
    const output = await runPattern(parts, signal, print);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    summary.push(`  ${name.padEnd(9)} ${summarise(output)} (${seconds} s)\n`);
  }
  print(`\n${paint("bold", "Summary")}\n${summary.join("")}`);
}

/** Runs the parts until all but the servers have ended, then stops these. Returns what each role printed. */
async function runPattern(
  parts: Part[],
  signal: AbortSignal,
  print: (text: string) => void,
): Promise<ReadonlyMap<string, string>> {
  const screen = new Screen(parts, print);
  const processes: { part: Part; process: RunningProcess; column: Column }[] = [];
  let stopping = false;

  const stop = () => {
    stopping = true;
    return Promise.all(processes.map(({ process }) => process.end()));
  };
  /** Resolves when a process has ended as it should; rejects when it failed, or is a server and ended by itself. */
  const ended = async ({ part, process, column }: (typeof processes)[number]) => {
    const { code, signal: killedBy } = await process.exited(Infinity);
    column.end();
    if (stopping || (code === 0 && !part.server)) return;
    const how = code === null ? `was ended by ${killedBy}` : `ended with status ${code}`;
    throw new Error(`${part.role} ${how}; the others are stopped`);
  };

  for (const part of parts) {
    screen.command(part);
    for (let index = 0; index < (part.count ?? 1); index++) {
      const column = screen.column(part, index);
      // They log as the demo does; its port for metrics is its own
      const process = role(part.role, part.options, { env: { ...env, METRICS: undefined } });
      process.onOutput("stdout", (text) => column.out(text));
      process.onOutput("stderr", (text) => column.error(text));
      processes.push({ part, process, column });
    }
  }
  const abort = () => void stop();
  signal.addEventListener("abort", abort);
  try {
    // Whichever fails first ends the pattern; so does a server that ends before it is stopped
    const servers = processes.filter(({ part }) => part.server);
    const others = processes.filter(({ part }) => !part.server);
    await Promise.race([Promise.all(others.map(ended)), ...servers.map(ended)]);
  } finally {
    signal.removeEventListener("abort", abort);
    await stop();
  }
  signal.throwIfAborted();
  return new Map(processes.map(({ part, process }) => [part.role, process.stdout]));
}
