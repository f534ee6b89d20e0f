/** Runs a role inside a test: what it prints and logs is collected, and it is stopped when the scope ends. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { capability } from "zeromq";
import type { RoleContext } from "../service/run.js";

/** How long anything may take in a test, in milliseconds. */
const PATIENCE = 8000;

export interface LogLine {
  /** pino's: 30 info, 40 warn, 50 error. */
  level: number;
  msg: string;
  [field: string]: unknown;
}

export class RunningRole implements AsyncDisposable {
  /** What the role printed so far. */
  printed = "";
  /** What it logged so far. */
  readonly logged: LogLine[] = [];
  /** Settles as the role does. */
  readonly done: Promise<void>;
  readonly #stop = new AbortController();
  readonly #watchers = new Set<() => void>();

  constructor(run: (context: RoleContext) => Promise<void>, given: Partial<RoleContext>) {
    const print = (text: string) => {
      this.printed += text;
      this.#look();
    };
    const write = (line: string) => {
      this.logged.push(JSON.parse(line) as LogLine);
      this.#look();
    };
    const log = pino({ level: "trace" }, { write });
    const onFatalError = (error: Error) => this.#stop.abort(error);
    const input = new PassThrough();
    this.done = run({
      signal: this.#stop.signal,
      print,
      log,
      onFatalError,
      input,
      show: () => {},
      measure: () => {},
      ...given,
    });
    // Whether it fails is for the test to look at
    this.done.catch(() => {}).finally(() => this.#look());
  }

  /** The endpoints in the first log line that names any, as they were bound. */
  async endpoint(): Promise<string> {
    const find = () =>
      /\b(?:tcp|ipc|inproc):\/\/[^\s,]+/.exec(this.logged.map(({ msg }) => msg).join("\n"))?.[0];
    await this.until(() => find() !== undefined);
    return find() ?? "";
  }

  /** Waits until it has printed or logged what makes the condition true. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const look = () => condition() && finish(resolve);
      const fail = () => {
        const log = this.logged.map(({ msg }) => `  ${msg}`).join("\n");
        reject(
          new Error(
            `waited ${PATIENCE} ms for: ${condition.toString()}\nprinted: ${this.printed}\nlogged:\n${log}`,
          ),
        );
      };
      const timer = setTimeout(() => finish(fail), PATIENCE);
      this.#watchers.add(look);
    });
  }

  /** Aborts its signal and waits until it has ended. */
  async stop(): Promise<void> {
    this.#stop.abort(new DOMException("stopped by the test", "AbortError"));
    await this.done.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #look(): void {
    for (const look of this.#watchers) look();
  }
}

/**
 * Starts a role with its options.
 *
 * @param given Parts of its context that the test brings: its keys, or what it reads.
 */
export function startRole<O>(
  role: (options: O, context: RoleContext) => Promise<void>,
  options: O,
  given: Partial<RoleContext> = {},
): RunningRole {
  return new RunningRole((context) => role(options, context), given);
}

/** Endpoints to bind, one per transport; every test takes fresh ones. */
export function transports(): string[] {
  const unique = `${process.pid}-${Math.random().toString(36).slice(2)}`;
  return [
    "tcp://127.0.0.1:*",
    `inproc://${unique}`,
    ...(capability.ipc ? [`ipc://${join(tmpdir(), unique)}.ipc`] : []),
  ];
}
