import { join } from "node:path";
import { type RunningProcess, start } from "process-kit/jest";

/** The folder of the library's modules: a program imports them as `./messages.ts`. */
const folder = join(import.meta.dirname, "..");

/** Starts a program, given as TypeScript, in a process of its own. */
export function startProgram(source: string): RunningProcess {
  const args = ["--import", "tsx", "--conditions", "source", "--input-type=module", "--eval", source];
  return start([process.execPath, ...args], { cwd: folder });
}
