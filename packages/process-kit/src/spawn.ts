import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** A program and its arguments. */
export type Command = readonly [string, ...string[]];

export interface StartOptions {
  /** Environment variables, added to those of this process; `undefined` takes one out. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The working directory. Default: that of this process. */
  cwd?: string;
  /** A command that runs the command, which comes as its last arguments: `["ip", "netns", "exec", name]`. */
  via?: readonly string[];
  /**
   * Makes stdin and stdout a terminal, which echoes what is typed and ends lines in CR LF; SIGHUP closes it. Needs
   * `pyzmq`.
   */
  terminal?: boolean;
  /**
   * What becomes of stdout. `read` (the default): it is read as it comes, which takes time from what runs beside
   * it; `file`: it goes to a file, which is read when the process has ended; `ignore`: it is dropped.
   */
  output?: "read" | "file" | "ignore";
  /** The deadline of whatever is waited for, unless the wait names one, in milliseconds. Default: 20000. */
  within?: number;
}

/**
 * Starts a process.
 *
 * @returns It, and a function that returns, once it has ended, what has gone to its file.
 */
export function spawn(
  [file = "", ...args]: readonly string[],
  { env = {}, cwd = process.cwd(), output = "read" }: StartOptions,
) {
  const kept = output === "file" ? namelessFile() : undefined;
  const child = execa(file, args, {
    env,
    cwd,
    // The types know descriptors up to 9 only
    stdout: (kept as 3 | undefined) ?? (output === "read" ? "pipe" : "ignore"),
    buffer: false,
    reject: false,
    // RunningProcess.end sees to that
    forceKillAfterDelay: false,
  });
  return { child, takeFile: () => (kept === undefined ? "" : takeAll(kept)) };
}

/** A file that is gone when it is closed, whatever happens to this process. */
function namelessFile(): number {
  const name = join(tmpdir(), randomUUID());
  const file = openSync(name, "w+");
  unlinkSync(name);
  return file;
}

function takeAll(file: number): string {
  const content = Buffer.alloc(fstatSync(file).size);
  readSync(file, content, 0, content.length, 0);
  closeSync(file);
  return content.toString();
}
