/** The programs under measurement, as processes that never outlive the bench. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

/** How long any of them may take for what is waited for, in milliseconds. */
const DEADLINE = 180_000;

const running = new Set<Program>();

export class Program {
  stdout = "";
  stderr = "";
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #started = performance.now();
  #seconds: number | undefined;

  constructor([file = "", ...args]: readonly string[], keepOutput = true) {
    this.#name = [file, ...args].join(" ");
    // What is printed goes to waste where nobody reads it, so that reading it slows nothing down
    const stdout = keepOutput ? "pipe" : "ignore";
    this.#process = spawn(file, args, {
      stdio: ["ignore", stdout, "pipe"],
      env: { ...process.env, LOG_LEVEL: "warn", LOG_FORMAT: "json" },
    });
    this.#process.stdout?.on("data", (text: Buffer) => (this.stdout += text.toString()));
    this.#process.stderr?.on("data", (text: Buffer) => (this.stderr += text.toString()));
    this.#process.on("exit", () => {
      this.#seconds = (performance.now() - this.#started) / 1000;
      running.delete(this);
    });
    this.pid = this.#process.pid ?? NaN;
    running.add(this);
  }

  /** Waits for its natural end. Returns how long it ran, in seconds. */
  async done(): Promise<number> {
    await inTime(this.#exited(), () => `the end of ${this.#name}`);
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== 0) {
      throw new Error(`${this.#name} ended with ${exitCode ?? signalCode}\n${this.stdout}${this.stderr}`);
    }
    return this.#seconds ?? NaN;
  }

  /** Waits until it has printed something. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const look = async () => {
      for (;;) {
        const match = pattern.exec(this.stdout);
        if (match !== null) return match;
        if (this.#seconds !== undefined)
          throw new Error(`${this.#name} ended without ${pattern}\n${this.stderr}`);
        await pause(1);
      }
    };
    return inTime(look(), () => `${pattern} of ${this.#name}\n${this.stdout}${this.stderr}`);
  }

  /** Ends it. Returns how long that took, in milliseconds. */
  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<number> {
    const since = performance.now();
    this.#process.kill(signal);
    await inTime(this.#exited(), () => `the end of ${this.#name} by ${signal}`);
    return performance.now() - since;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #exited(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, "exit");
  }
}

/** Ends whatever still runs. */
export function endAll(): void {
  for (const program of running) process.kill(program.pid, "SIGKILL");
}

/** Measures something while a server runs, which has bound its endpoint by then. */
export async function beside(
  command: (endpoint: string) => readonly string[],
  measure: (endpoint: string, server: Program) => Promise<number>,
): Promise<number> {
  const endpoint = await freeEndpoint();
  await using server = new Program(command(endpoint), false);
  await inTime(listening(endpoint), () => `${command(endpoint).join(" ")} to bind\n${server.stderr}`);
  return await measure(endpoint, server);
}

export async function freeEndpoint(): Promise<string> {
  const listener = createServer();
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const { port } = listener.address() as AddressInfo;
  await once(listener.close(), "close");
  return `tcp://127.0.0.1:${port}`;
}

async function listening(endpoint: string): Promise<void> {
  const port = Number(endpoint.split(":").at(-1));
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await pause(5);
    } finally {
      socket.destroy();
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** @throws When the deadline is over. */
export async function inTime<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${DEADLINE} ms: ${what()}`)), DEADLINE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
