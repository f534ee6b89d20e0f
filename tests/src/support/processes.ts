/**
 * Roles and peers as processes: what they print, how they end, and that none outlives its test.
 *
 * Every wait has a deadline, and what is thrown then shows what the process printed so far. Importing this
 * module gives the tests of the file a longer time than any of these deadlines, for Jest's own timeout shows
 * nothing of that; and it ends, after each test, every process that is left. So start them in tests, not in
 * `beforeAll`.
 */
import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inspect, isDeepStrictEqual } from "node:util";
import { afterAll, afterEach, jest } from "@jest/globals";
import { execa } from "execa";
import { builtPeer, PEERS } from "./build-peers.js";
import { python } from "./tools.js";

/** How long a process may take to print or to end what a test waits for, in milliseconds. */
const DEADLINE = 20_000;

/** How long it may take to end by itself after its test, in milliseconds. */
const GRACE = 2000;

jest.setTimeout(3 * DEADLINE);

/** How a process ended: with an exit status or by a signal; the other one is null. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

/** The exit of a process that came to its natural end. */
const DONE: Exit = { code: 0, signal: null };

/** The exit of a process that SIGTERM has ended. */
const TERMINATED: Exit = { code: null, signal: "SIGTERM" };

/** The exit of a role that was asked to stop: in good order, but for Windows, which has no SIGTERM. */
const STOPPED: Exit = process.platform === "win32" ? TERMINATED : DONE;

export interface StartOptions {
  /** Environment variables, added to the test's own. */
  env?: Record<string, string>;
  /** The working directory. Default: the test's own. */
  cwd?: string;
  /** Makes stdin and stdout a terminal, which echoes what is typed and ends lines in CR LF. Needs `pyzmq`. */
  terminal?: boolean;
}

export interface WaitOptions {
  /** Where to look. Default: stdout. */
  on?: "stdout" | "stderr";
  /** The deadline in milliseconds. Default: 20000. */
  within?: number;
}

/** The processes of the test that is running. */
const children = new Set<Child>();

afterEach(endAll);
afterAll(endAll);

async function endAll(): Promise<void> {
  await Promise.all([...children].map((child) => child.end()));
  children.clear();
}

/** A process under test; see {@link role}, {@link peer} and {@link start}. */
export class Child implements AsyncDisposable {
  /** All it has printed so far. */
  stdout = "";
  /** All it has logged so far. */
  stderr = "";

  /** What failure messages call it. */
  readonly name: string;
  readonly #stopsWith: Exit;
  readonly #process: ReturnType<typeof spawn>;
  readonly #changes = new EventEmitter<{ change: [] }>().setMaxListeners(0);
  #exit: Exit | undefined;

  /** @param stopsWith How SIGTERM makes it end. */
  constructor(
    name: string,
    [file, ...args]: readonly [string, ...string[]],
    stopsWith: Exit,
    options: StartOptions,
  ) {
    this.name = name;
    this.#stopsWith = stopsWith;
    this.#process = spawn(file, args, options);
    children.add(this);
    for (const stream of ["stdout", "stderr"] as const) {
      this.#process[stream].setEncoding("utf8").on("data", (text: string) => {
        this[stream] += text;
        this.#changes.emit("change");
      });
    }
    // A process may be gone before it has read what is written to it; its exit says enough.
    this.#process.stdin.on("error", () => {});
    void this.#watch();
  }

  async #watch(): Promise<void> {
    const { exitCode, signal, cause } = await this.#process;
    // Without a status and a signal it was not even started.
    if (exitCode === undefined && signal === undefined) this.stderr += String(cause);
    this.#exit = { code: exitCode ?? null, signal: signal ?? null };
    this.#changes.emit("change");
  }

  /** The process id; none when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Waits until what it has printed since its start matches, unfinished lines included.
   *
   * @param pattern Without the `g` and `y` flags.
   * @returns The match.
   * @throws When the deadline is over, or the process has ended without printing it.
   */
  until(pattern: RegExp, { on = "stdout", within = DEADLINE }: WaitOptions = {}): Promise<RegExpMatchArray> {
    return this.#wait(() => this[on].match(pattern), `${pattern} on ${on}`, within);
  }

  /**
   * Waits for a complete line that matches, the first since the start of the process.
   *
   * @param pattern Without the `g` and `y` flags; `^` and `$` are the line's ends.
   * @returns The match.
   * @throws When the deadline is over, or the process has ended without printing it.
   */
  line(pattern: RegExp, { on = "stdout", within = DEADLINE }: WaitOptions = {}): Promise<RegExpMatchArray> {
    const look = () => {
      const lines = this[on].split(/\r?\n/).slice(0, -1);
      return lines.map((line) => line.match(pattern)).find((match) => match !== null);
    };
    return this.#wait(look, `a line ${pattern} on ${on}`, within);
  }

  /**
   * Waits for the process to end by itself, and for all of its output.
   *
   * @param within The deadline in milliseconds.
   * @throws When the deadline is over.
   */
  exited(within = DEADLINE): Promise<Exit> {
    return this.#wait(() => this.#exit, "end", within);
  }

  /**
   * Waits for the process to have done its work: to end by itself with exit status 0.
   *
   * @param within The deadline in milliseconds.
   * @throws When the deadline is over, or it ends otherwise.
   */
  async done(within = DEADLINE): Promise<void> {
    this.#expect(DONE, await this.exited(within));
  }

  /**
   * Stops the process by SIGTERM. A role must then end with status 0, and not have ended before in another way.
   *
   * @param within The deadline in milliseconds.
   * @throws When the deadline is over, or it ends otherwise.
   */
  async stop(within = DEADLINE): Promise<void> {
    this.kill("SIGTERM");
    this.#expect(this.#stopsWith, await this.exited(within));
  }

  /** Writes to its stdin. */
  write(text: string): void {
    this.#process.stdin.write(text);
  }

  /** Sends it a signal, SIGSTOP for example. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sees to it that the process is gone: by SIGTERM and, should it linger, by SIGKILL. Never throws. */
  async end(): Promise<void> {
    if (this.#exit !== undefined) return;
    this.kill("SIGTERM");
    const lastResort = setTimeout(() => this.kill("SIGKILL"), GRACE);
    await this.#process;
    clearTimeout(lastResort);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  #wait<T>(look: () => T | null | undefined, what: string, within: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(deadline);
        this.#changes.off("change", check);
        settle();
      };
      const check = () => {
        const result = look();
        if (result !== null && result !== undefined) finish(() => resolve(result));
        else if (this.#exit !== undefined) finish(() => reject(this.#failure(`ended without ${what}`)));
      };
      const giveUp = () => finish(() => reject(this.#failure(`no ${what} within ${within} ms`)));
      const deadline = setTimeout(giveUp, within);
      this.#changes.on("change", check);
      check();
    });
  }

  #expect(expected: Exit, exit: Exit): void {
    if (isDeepStrictEqual(exit, expected)) return;
    throw this.#failure(`expected to end with ${inspect(expected)}, ended with ${inspect(exit)}`);
  }

  #failure(what: string): Error {
    return new Error(`${this.name}: ${what}\n${whatWasPrinted(this)}`);
  }

  /** What it has printed and how it stands, for messages. */
  report(): string {
    const state = this.#exit === undefined ? "still running" : `ended with ${inspect(this.#exit)}`;
    return (["stdout", "stderr"] as const)
      .map((stream) => `--- ${stream} of ${this.name}, ${state}\n${tail(this[stream])}`)
      .join("\n");
  }
}

/**
 * What the processes of the test have printed and how they stand, for the message of a failure: its cause may
 * lie in any of them. `first` comes first.
 */
export function whatWasPrinted(first?: Child): string {
  const all = first === undefined ? children : new Set([first, ...children]);
  return [...all].map((child) => child.report()).join("\n");
}

function spawn(file: string, args: readonly string[], { env = {}, cwd = process.cwd() }: StartOptions) {
  // No SIGKILL of execa's own: end() sees to that, once the process had its time.
  return execa(file, args, { env, cwd, reject: false, buffer: false, forceKillAfterDelay: false });
}

/** The end of a text, as much as fits a failure message. */
function tail(text: string): string {
  const length = 2000;
  return text.length <= length ? text : `… ${text.slice(-length)}`;
}

/**
 * Starts any program.
 *
 * @param command The program and its arguments.
 */
export function start(command: readonly [string, ...string[]], options: StartOptions = {}): Child {
  return startAs(command[0], command, TERMINATED, options);
}

/**
 * Starts a role of this project, as built, on the Node that runs the tests: `role("hello-server", ["--bind",
 * endpoint])`.
 *
 * @throws When the app has not been built.
 */
export function role(name: string, args: readonly string[] = [], options: StartOptions = {}): Child {
  const main = join(import.meta.dirname, "../../../apps", name, "dist/main.js");
  if (!existsSync(main)) throw new Error(`Expected ${name} to be built, got no ${main}; run \`pnpm build\``);
  // What the developer's shell has for the log must not change what a test sees.
  const env = { LOG_LEVEL: "info", LOG_FORMAT: "json", ...options.env };
  return startAs(name, [process.execPath, main, ...args], STOPPED, { ...options, env });
}

/** A language that peers are written in. */
export type PeerLanguage = "C" | "C++" | "Python";

/**
 * Starts a peer, compiled first where it must be: `await peer("C", "hello_server", [endpoint, "1"])`. The head
 * of its source says what arguments it takes.
 *
 * @param name The file name of its source without the ending.
 */
export async function peer(
  language: PeerLanguage,
  name: string,
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<Child> {
  const command = [...(await peerCommand(language, name)), ...args] as const;
  return startAs(`${name} in ${language}`, command, TERMINATED, options);
}

async function peerCommand(language: PeerLanguage, name: string): Promise<[string, ...string[]]> {
  if (language === "Python") return pythonCommand(name);
  return [await builtPeer(language === "C" ? "c" : "cpp", name)];
}

function pythonCommand(name: string): [string, ...string[]] {
  return [python(), join(PEERS, "python", `${name}.py`)];
}

function startAs(
  name: string,
  command: readonly [string, ...string[]],
  stopsWith: Exit,
  options: StartOptions,
): Child {
  const whole = options.terminal ? ([...pythonCommand("on_terminal"), ...command] as const) : command;
  return new Child(name, whole, stopsWith, options);
}
