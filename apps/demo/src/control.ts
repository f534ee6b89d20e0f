import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CommandRefusedError,
  type ChildMessage,
  type Command,
  type ControlMessage,
  type Pattern,
  patternsOf,
  ROLES,
  type View,
} from "live";
import { mainModulePath, role, roleArguments, type RoleOptions, type RunningProcess } from "process-kit";
import type { Logger } from "zmq-common";
import { type Experiment, EXPERIMENTS, type Stage, type StartableName, VISITORS } from "./experiments.js";
import { SLOW_MODULE } from "./slow.js";

/** The most processes of a pattern that run at once. */
const MAX_CHILDREN = 70;

const patternOf = (name: string) =>
  (Object.keys(ROLES) as Pattern[]).find((each) => ROLES[each].includes(name)) as Pattern;

/** The programs that the demo has of its own, and where they are once it is built. */
const ownProgram = (name: string) =>
  name.startsWith("number-") ? join(import.meta.dirname, `${name}.js`) : undefined;

/** A process that the page has started. */
interface Child {
  readonly message: Omit<ChildMessage, "state" | "t">;
  readonly process: RunningProcess;
  state: ChildMessage["state"];
  /** When it was sent SIGKILL: it is dead from then on, whenever that is noticed. */
  killedAt?: number;
}

export interface ControlOptions {
  /** The first of the ports that the roles use. */
  port: number;
  /** Where the roles tell. */
  telemetry: string;
  /** Told of what it does. */
  tell: (message: ControlMessage) => void;
  log: Logger;
}

/** Starts and ends roles as the page asks for it: its own processes and no others. */
export class Control implements AsyncDisposable {
  readonly #options: ControlOptions;
  readonly #children = new Map<string, Child>();
  readonly #numbers = new Map<string, number>();
  /** Ends the experiment of a pattern. */
  readonly #running = new Map<Pattern, AbortController>();
  /** The latest experiment of each pattern. */
  readonly #experiments = new Map<Pattern, string>();
  /** A pattern's commands are carried out one after another. */
  readonly #queues = new Map<Pattern, Promise<void>>();
  /** Those of the present experiments. */
  readonly #folders = new Map<View, string>();
  #isOver = false;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** @throws {CommandRefusedError} When there is no such experiment or process, or there are too many. */
  async carryOut(command: Command): Promise<void> {
    switch (command.verb) {
      case "run":
        return this.#inTurn(command.view, () => this.#run(command));
      case "add":
        return this.#inTurn(command.pattern, async () =>
          VISITORS[command.pattern](this.#stage(command.pattern), this.#experiments.get(command.pattern)),
        );
      case "stop":
        return this.#inTurn(command.view, () => this.#endAll(command.view));
      case "kill":
      case "freeze":
      case "thaw":
        this.#signal(command.verb, this.#find(command.child));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(
      [...new Set([...this.#children.values()].map(({ message }) => message.pattern))].map((each) =>
        this.#endAll(each),
      ),
    );
  }

  #inTurn(view: View, act: () => Promise<void>): Promise<void> {
    const patterns = patternsOf(view);
    const before = Promise.all(patterns.map((each) => this.#queues.get(each) ?? Promise.resolve()));
    const turn = before.then(() => {
      if (this.#isOver) throw new CommandRefusedError("the demo is stopping");
      return act();
    });
    const end = turn.catch(() => {});
    for (const pattern of patterns) this.#queues.set(pattern, end);
    return turn;
  }

  async #run({ view, experiment, count, wait }: Command & { verb: "run" }): Promise<void> {
    const perform: Experiment | undefined = Object.hasOwn(EXPERIMENTS[view], experiment)
      ? EXPERIMENTS[view][experiment]
      : undefined;
    if (perform === undefined) throw new CommandRefusedError(`no experiment ${experiment}`);
    await this.#endAll(view);
    for (const { message } of this.#own(view)) {
      this.#numbers.delete(message.role);
      this.#children.delete(message.child);
    }
    const ending = new AbortController();
    for (const pattern of patternsOf(view)) {
      this.#options.tell({ topic: "run", pattern, view, experiment, t: Date.now() });
      this.#running.set(pattern, ending);
      this.#experiments.set(pattern, experiment);
    }
    // It goes on by itself; what ends it early is no failure
    perform(this.#stage(view, ending.signal), { count, wait }).catch((error: Error) => {
      if (!ending.signal.aborted) this.#options.log.warn(`experiment ${experiment}: ${error.message}`);
    });
  }

  async #endAll(view: View): Promise<void> {
    for (const pattern of patternsOf(view)) this.#running.get(pattern)?.abort();
    await Promise.all(
      this.#own(view).map(({ process, state }) => {
        // A frozen process cannot end by itself
        if (state === "frozen") process.kill("SIGCONT");
        return process.end();
      }),
    );
    const folder = this.#folders.get(view);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    this.#folders.delete(view);
  }

  #folder(view: View): string {
    const folder = mkdtempSync(join(tmpdir(), `live-${view}-`));
    this.#folders.set(view, folder);
    return folder;
  }

  #own(view: View): Child[] {
    const patterns = patternsOf(view);
    return [...this.#children.values()].filter(({ message }) => patterns.includes(message.pattern));
  }

  #find(name: string): Child {
    const child = this.#children.get(name);
    if (child === undefined) throw new CommandRefusedError(`no process ${name}`);
    return child;
  }

  #signal(verb: "kill" | "freeze" | "thaw", child: Child): void {
    const { process, state } = child;
    if (state !== "running" && state !== "frozen") throw new CommandRefusedError("it has ended");
    if (globalThis.process.platform === "win32" && verb !== "kill") {
      throw new CommandRefusedError("Windows cannot freeze a process");
    }
    if (verb === "kill") child.killedAt = Date.now();
    process.kill(verb === "kill" ? "SIGKILL" : verb === "freeze" ? "SIGSTOP" : "SIGCONT");
    if (verb !== "kill") this.#tell(child, verb === "freeze" ? "frozen" : "running");
  }

  #tell(child: Child, state: ChildMessage["state"], exit?: string): void {
    child.state = state;
    const t = (state === "killed" ? child.killedAt : undefined) ?? Date.now();
    this.#options.tell({ ...child.message, state, t, ...(exit !== undefined && { exit }) });
  }

  #stage(view: View, signal = new AbortController().signal): Stage {
    return {
      port: this.#options.port,
      signal,
      folder: () => this.#folder(view),
      start: (name, options, how) => this.#start(name, options, how),
      signalTo: (verb, started) => this.#signal(verb, started as Child),
    };
  }

  #start<N extends StartableName>(
    name: N,
    options: RoleOptions<N>,
    { isSlow = false }: { isSlow?: boolean } = {},
  ): Child {
    const pattern = patternOf(name);
    const running = this.#own(pattern).filter(({ state }) => state === "running" || state === "frozen");
    if (running.length >= MAX_CHILDREN) throw new CommandRefusedError(`at most ${MAX_CHILDREN} processes`);
    const number = (this.#numbers.get(name) ?? 0) + 1;
    this.#numbers.set(name, number);
    const nodeArgs = isSlow ? ["--import", SLOW_MODULE] : [];
    const main = ownProgram(name);
    const process = role(name, options, {
      nodeArgs,
      env: { TELEMETRY: this.#options.telemetry },
      ...(main !== undefined && { main }),
    });
    const quoted = roleArguments(name, options).map((each) =>
      /^[\w:/.,*-]+$/.test(each) ? each : `'${each}'`,
    );
    const message = {
      topic: "child" as const,
      child: `${name}-${number}`,
      pattern,
      role: name,
      pid: process.pid ?? 0,
      command: [
        "node",
        ...(isSlow ? ["--import", "'data:…'"] : []),
        main === undefined ? mainModulePath(name) : `apps/demo/dist/${name}.js`,
        ...quoted,
      ].join(" "),
    };
    const child: Child = { message, process, state: "running" };
    this.#children.set(message.child, child);
    this.#tell(child, "running");
    void this.#watch(child);
    return child;
  }

  async #watch(child: Child): Promise<void> {
    const { code, signal } = await child.process.exited(Infinity);
    const state = signal === "SIGKILL" ? "killed" : code === 0 ? "ended" : "failed";
    this.#tell(child, state, String(signal ?? code));
  }
}
