import { EventEmitter } from "node:events";
import { inspect, isDeepStrictEqual } from "node:util";
import { type LogLine, parseLog } from "./log.js";
import { spawn, type StartOptions } from "./spawn.js";

/** How long a process may take to print, or to end, unless its start says otherwise, in milliseconds. */
export const DEADLINE = 20_000;

/** How long a process may take to end by itself before it is killed, in milliseconds. */
const GRACE = 2000;

/** How a process ended: with an exit status or by a signal; the other one is null. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

/** The exit of a process that came to its natural end. */
export const DONE: Exit = { code: 0, signal: null };

/** The exit of a process that SIGTERM has ended. */
export const TERMINATED: Exit = { code: null, signal: "SIGTERM" };

export interface WaitOptions {
  /** Where to look. Default: stdout. */
  on?: "stdout" | "stderr";
  /** The deadline in milliseconds; `Infinity` for none. Default: that of the process. */
  within?: number;
}

/** Every process that {@link RunningProcess.end} was not asked to end yet. */
const processes = new Set<RunningProcess>();

/** Ends every process that is still running. */
export async function endAll(): Promise<void> {
  await Promise.all([...processes].map((each) => each.end()));
}

/** What all processes have printed and how they stand: the cause of a failure may lie in any of them. */
export function reportAll(): string {
  return [...processes].map((each) => each.report()).join("\n");
}

/**
 * A process, what it prints, and how it ends; see `start`, `role` and `peer`.
 *
 * Every wait has a deadline. The message of the error that is thrown then shows what this process, and the
 * others, have printed.
 */
export class RunningProcess implements AsyncDisposable {
  /** All that it has printed on stdout so far; at its end, where that goes to a file; nothing where it is ignored. */
  stdout = "";
  /** All that it has printed on stderr so far. */
  stderr = "";

  /** What failure messages call it. */
  readonly name: string;
  readonly #stopsWith: Exit;
  readonly #deadline: number;
  readonly #child: ReturnType<typeof spawn>["child"];
  readonly #closed: Promise<void>;
  readonly #events = new EventEmitter<{ stdout: [string]; stderr: [string]; change: [] }>().setMaxListeners(
    0,
  );
  readonly #started = performance.now();
  #ended: number | undefined;
  #exit: Exit | undefined;

  /** @param stopsWith How SIGTERM makes it end. */
  constructor(name: string, command: readonly string[], options: StartOptions, stopsWith: Exit) {
    this.name = name;
    this.#stopsWith = stopsWith;
    this.#deadline = options.within ?? DEADLINE;
    const { child, takeFile } = spawn(command, options);
    this.#child = child;
    processes.add(this);
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.setEncoding("utf8").on("data", (text: string) => {
        this[stream] += text;
        this.#events.emit(stream, text);
        this.#events.emit("change");
      });
    }
    // A process may be gone before it has read what is written to it; its exit says enough
    child.stdin.on("error", () => {});
    child.once("exit", () => (this.#ended = performance.now()));
    this.#closed = this.#close(takeFile);
  }

  async #close(takeFile: () => string): Promise<void> {
    const { exitCode, signal, cause } = await this.#child;
    // Without a status and a signal it was not even started
    if (exitCode === undefined && signal === undefined) this.stderr += String(cause);
    this.stdout += takeFile();
    this.#ended ??= performance.now();
    this.#exit = { code: exitCode ?? null, signal: signal ?? null };
    this.#events.emit("change");
  }

  /** The process id; `undefined` when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended; `undefined` until it has, and all of its output has been read. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** How long it has run, or had when it ended, in seconds. */
  get seconds(): number {
    return ((this.#ended ?? performance.now()) - this.#started) / 1000;
  }

  /** Calls a function with each piece of text that it prints from now on. */
  onOutput(stream: "stdout" | "stderr", listener: (text: string) => void): void {
    this.#events.on(stream, listener);
  }

  /**
   * Waits until what it has printed since its start matches, unfinished lines included.
   *
   * @param pattern Without the `g` and `y` flags.
   * @returns The match.
   * @throws When the deadline is over, or the process has ended without printing it.
   */
  until(pattern: RegExp, { on = "stdout", within }: WaitOptions = {}): Promise<RegExpMatchArray> {
    return this.#wait(() => this[on].match(pattern), `${pattern} on ${on}`, within);
  }

  /**
   * Waits for a complete line that matches, the first since the start of the process.
   *
   * @param pattern Without the `g` and `y` flags; `^` and `$` are the line's ends.
   * @returns The match.
   * @throws When the deadline is over, or the process has ended without printing it.
   */
  line(pattern: RegExp, { on = "stdout", within }: WaitOptions = {}): Promise<RegExpMatchArray> {
    const look = () => {
      const lines = this[on].split(/\r?\n/).slice(0, -1);
      return lines.map((line) => line.match(pattern)).find((match) => match !== null);
    };
    return this.#wait(look, `a line ${pattern} on ${on}`, within);
  }

  /**
   * Waits until it has logged messages that match.
   *
   * @param message Without the `g` and `y` flags; `^` and `$` are the message's ends.
   * @param options.times How many messages. Default: 1.
   * @param options.within The deadline in milliseconds. Default: that of the process.
   * @returns The match in the last of them.
   * @throws When the deadline is over, or the process has ended without logging them.
   */
  untilLogged(
    message: RegExp,
    { times = 1, within }: { times?: number; within?: number } = {},
  ): Promise<RegExpMatchArray> {
    const look = () => this.logLines(message)[times - 1]?.msg.match(message);
    return this.#wait(look, `${times} × ${message} in its log`, within);
  }

  /**
   * Waits for the process to end by itself, and for all of its output.
   *
   * @param within The deadline in milliseconds; `Infinity` for none.
   * @throws When the deadline is over.
   */
  exited(within?: number): Promise<Exit> {
    return this.#wait(() => this.#exit, "end", within);
  }

  /**
   * Waits for the process to have done its work: to end by itself with exit status 0.
   *
   * @param within The deadline in milliseconds.
   * @throws When the deadline is over, or it ends otherwise.
   */
  async done(within?: number): Promise<void> {
    this.#expect(DONE, await this.exited(within));
  }

  /**
   * Stops the process by SIGTERM. A role must then end with status 0, and not have ended before in another way.
   *
   * @param within The deadline in milliseconds.
   * @throws When the deadline is over, or it ends otherwise.
   */
  async stop(within?: number): Promise<void> {
    this.kill("SIGTERM");
    this.#expect(this.#stopsWith, await this.exited(within));
  }

  /** Closes the pipe that it prints to. It then fails to print there (EPIPE), as when a reader has gone. */
  stopReading(stream: "stdout" | "stderr"): void {
    this.#child[stream]?.destroy();
  }

  /** Writes to its stdin. */
  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Ends its stdin. */
  closeInput(): void {
    this.#child.stdin.end();
  }

  /** Sends it a signal, SIGSTOP for example. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Ends the process: by a signal and, if it does not end within two seconds, by SIGKILL.
   * Never throws. {@link endAll} and {@link reportAll} leave it out from then on.
   *
   * @returns How long that took, in milliseconds.
   */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    const since = performance.now();
    if (this.#exit === undefined) {
      this.kill(signal);
      const lastResort = setTimeout(() => this.kill("SIGKILL"), GRACE);
      await this.#closed;
      clearTimeout(lastResort);
    }
    processes.delete(this);
    return performance.now() - since;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  /** The complete lines of its log so far, where that is JSON. */
  logged(): LogLine[] {
    return parseLog(this.stderr);
  }

  /** The lines of its log so far whose message matches. */
  logLines(message: RegExp): LogLine[] {
    return this.logged().filter(({ msg }) => message.test(msg));
  }

  /** What it has printed and how it stands, for messages. */
  report(): string {
    const state = this.#exit === undefined ? "still running" : `ended with ${inspect(this.#exit)}`;
    return (["stdout", "stderr"] as const)
      .map((stream) => `--- ${stream} of ${this.name}, ${state}\n${tail(this[stream])}`)
      .join("\n");
  }

  #wait<T>(look: () => T | null | undefined, what: string, within = this.#deadline): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(deadline);
        this.#events.off("change", check);
        settle();
      };
      const fail = (why: string) => finish(() => reject(this.#failure(why)));
      const check = () => {
        try {
          const result = look();
          if (result !== null && result !== undefined) finish(() => resolve(result));
          else if (this.#exit !== undefined) fail(`ended without ${what}`);
        } catch (error) {
          fail(String(error));
        }
      };
      const giveUp = () => fail(`no ${what} within ${within} ms`);
      const deadline = Number.isFinite(within) ? setTimeout(giveUp, within) : undefined;
      this.#events.on("change", check);
      check();
    });
  }

  #expect(expected: Exit, exit: Exit): void {
    if (isDeepStrictEqual(exit, expected)) return;
    throw this.#failure(`expected to end with ${inspect(expected)}, ended with ${inspect(exit)}`);
  }

  #failure(what: string): Error {
    const others = [...processes].filter((each) => each !== this);
    return new Error([`${this.name}: ${what}`, ...[this, ...others].map((each) => each.report())].join("\n"));
  }
}

/** The end of a text, as much as fits a failure message. */
function tail(text: string): string {
  const length = 2000;
  return text.length <= length ? text : `… ${text.slice(-length)}`;
}
