import { join } from "node:path";
import { type Exit, RunningProcess, TERMINATED } from "./running-process.js";
import type { Command, StartOptions } from "./spawn.js";
import { python } from "./tools.js";

/**
 * Starts any program.
 *
 * @param command The program and its arguments.
 */
export function start(command: Command, options: StartOptions = {}): RunningProcess {
  return startAs(command[0], command, options, TERMINATED);
}

/** @param stopsWith How SIGTERM makes it end. */
export function startAs(
  name: string,
  command: Command,
  options: StartOptions,
  stopsWith: Exit,
): RunningProcess {
  const terminal = options.terminal ? [python(), join(import.meta.dirname, "../on_terminal.py")] : [];
  const whole = [...terminal, ...(options.via ?? []), ...command];
  return new RunningProcess(name, whole, options, stopsWith);
}
