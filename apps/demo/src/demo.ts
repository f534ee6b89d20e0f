// Runs patterns one after another, each role as a process of its own, over TCP on this machine
import type { RoleContext } from "zmq-common";
import { pattern, type Part, type PatternName } from "./patterns.js";
import { RoleProcess } from "./role-process.js";
import { paint, Screen } from "./screen.js";

export interface DemoOptions {
  /** Which patterns to run. */
  patterns: PatternName[];
  /** How many workers the pipeline has. */
  workers: number;
  /** The first of the four TCP ports that are used. */
  port: number;
}

export async function demo(
  { patterns, workers, port }: DemoOptions,
  { signal, print }: RoleContext,
): Promise<void> {
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
  const processes = parts.flatMap((part) =>
    Array.from({ length: part.count ?? 1 }, (_, index) => {
      if (index === 0) screen.command(part);
      return new RoleProcess(part, screen.column(part, index));
    }),
  );
  const stop = () => Promise.all(processes.map((process) => process.stop()));
  const abort = () => void stop();
  signal.addEventListener("abort", abort);
  try {
    // Whichever fails first ends the pattern; so does a server that ends before it is stopped
    const servers = processes.filter(({ part }) => part.server);
    const others = processes.filter(({ part }) => !part.server);
    await Promise.race([
      Promise.all(others.map((process) => process.done)),
      ...servers.map((process) => process.done),
    ]);
  } finally {
    signal.removeEventListener("abort", abort);
    await stop();
  }
  signal.throwIfAborted();
  return new Map(processes.map((process) => [process.part.role, process.output]));
}
