import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";

/** The folder of the library's modules: a program imports them as `./messages.ts`. */
const folder = join(import.meta.dirname, "..");

/** Starts a program, given as TypeScript, in a process of its own. */
export function startProgram(source: string): ChildProcessWithoutNullStreams {
  const args = ["--import", "tsx", "--conditions", "source", "--input-type=module", "--eval", source];
  return spawn(process.execPath, args, { cwd: folder });
}
