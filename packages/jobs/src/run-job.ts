import { type ChildProcess, spawn } from "node:child_process";
import { sSleep } from "zmq-common";
import { MAX_TEXT } from "./wire.js";

/** A job that has failed; its message says why. */
export class JobError extends Error {
  override name = "JobError";
}

/** A command that cannot be run for any job. */
export class CommandError extends Error {
  override name = "CommandError";
}

/**
 * Does a job; `runJob` makes one.
 *
 * @param payload The job, as latin1.
 * @param signal Cuts it short.
 * @returns Its result, as latin1 without line feeds: at once if the job takes no time, because to wait for it would.
 * @throws {JobError} When the job has failed.
 * @throws {CommandError} When no job can be done.
 * @throws The signal's reason once it is aborted.
 */
export type RunJob = (payload: string, signal: AbortSignal) => string | Promise<string>;

/** Does jobs as the chapter's worker does: sleeps for their number of milliseconds. The result is empty. */
function sleepForJob(output: BufferedPrint): RunJob {
  return (payload, signal) => {
    if (!/^\d{1,9}(?:\.\d+)?$/.test(payload)) {
      throw new JobError(`expected a number of milliseconds, got ${payload.slice(0, 40)}`);
    }
    output.print(`${payload}.`);
    const milliseconds = Number(payload);
    if (milliseconds === 0) return "";
    output.flush();
    return sleep(milliseconds, signal);
  };
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<string> {
  await sSleep(milliseconds, signal);
  signal.throwIfAborted();
  return "";
}

/** Gathers what is printed: to print takes longer than a job may. */
export class BufferedPrint {
  #text = "";
  readonly #print: (text: string) => void;

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  print(text: string): void {
    this.#text += text;
  }

  flush(): void {
    if (this.#text !== "") this.#print(this.#text);
    this.#text = "";
  }
}

/** How to do jobs: by a command, or by sleeping; and for how long each, in milliseconds. */
export function runJob(
  { command, timeout }: { command: readonly string[]; timeout?: number | undefined },
  output: BufferedPrint,
): RunJob {
  return withTimeout(command.length > 0 ? runCommand(command) : sleepForJob(output), timeout);
}

/** The end of what a command says on stderr that is kept, in bytes. */
const STDERR_TAIL = 2000;

/**
 * Does jobs by a command, without a shell: the job is put in for each `{}` in its arguments, or added as the last. What
 * the command prints is the result; a status other than 0 is a failure.
 */
function runCommand([file = "", ...args]: readonly string[]): RunJob {
  return async (payload, signal) => {
    signal.throwIfAborted();
    const job = Buffer.from(payload, "latin1").toString();
    const hasPlace = args.some((argument) => argument.includes("{}"));
    const all = hasPlace ? args.map((argument) => argument.replaceAll("{}", () => job)) : [...args, job];
    // A process group of its own: Ctrl-C is for the worker, which lets the job come to its end; and a job that is cut
    // short is so with all that it has started
    const child = spawn(file, all, { stdio: ["ignore", "pipe", "pipe"], detached: !IS_WINDOWS });
    const abort = () => killGroup(child);
    signal.addEventListener("abort", abort);
    try {
      return await resultOf(child, file);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
}

const IS_WINDOWS = process.platform === "win32";

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (IS_WINDOWS) child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself
  }
}

/** What a process prints, escaped, once it has ended with status 0. */
async function resultOf(child: ChildProcess, file: string): Promise<string> {
  let output = "";
  let errors = "";
  child.stdout?.setEncoding("latin1").on("data", (text: string) => {
    output += text;
    if (output.length > MAX_TEXT) killGroup(child);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-STDERR_TAIL);
  });
  const how = await new Promise<string>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === "ENOENT" || error.code === "EACCES";
      reject(
        isMissing
          ? new CommandError(
              `cannot run ${file}: ${error.code === "ENOENT" ? "no such command" : "permission denied"}`,
            )
          : new JobError(`cannot run ${file}: ${error.message}`),
      );
    });
    child.once("close", (status, signal) => {
      resolve(signal === null ? `exit status ${status}` : `ended by ${signal}`);
    });
  });
  if (output.length > MAX_TEXT) throw new JobError(`its result has more than ${MAX_TEXT} bytes`);
  const result = escape(output.replace(/[\r\n]+$/, ""));
  if (result.length > MAX_TEXT) throw new JobError(`its result has more than ${MAX_TEXT} bytes`);
  if (how === "exit status 0") return result;
  const said = errors.trim().split("\n").at(-1) ?? "";
  const reason = said === "" ? how : `${how}: ${said}`;
  throw new JobError(reason);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text in one field of one line, as databases write tab-separated values: `\n`, `\r`, `\t` and `\\`. */
const escape = (text: string) => text.replaceAll(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? "");

/** Limits how long a job may take. */
function withTimeout(run: RunJob, milliseconds: number | undefined): RunJob {
  if (milliseconds === undefined) return run;
  return async (payload, signal) => {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), milliseconds);
    try {
      return await run(payload, AbortSignal.any([signal, timeout.signal]));
    } catch (error) {
      if (!timeout.signal.aborted || signal.aborted) throw error;
      throw new JobError(`took longer than ${milliseconds} ms`);
    } finally {
      clearTimeout(timer);
    }
  };
}
