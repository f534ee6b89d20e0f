/** The programs under measurement, as processes that never outlive the bench. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long any of them may take for what is waited for, in milliseconds. */
const DEADLINE = 180_000;

const running = new Set<Program>();

/**
 * What becomes of that which a program prints. It is read as it comes, which takes time from what is measured; kept
 * in a file, to be read when the program has ended; or dropped.
 */
export type Output = "read" | "kept" | "dropped";

export class Program {
  stdout = "";
  stderr = "";
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #started = performance.now();
  readonly #closed: Promise<void>;
  #seconds: number | undefined;

  constructor([file = "", ...args]: readonly string[], output: Output = "read") {
    this.#name = [file, ...args].join(" ");
    const kept = output === "kept" ? namelessFile() : undefined;
    this.#process = spawn(file, args, {
      stdio: ["ignore", kept ?? (output === "read" ? "pipe" : "ignore"), "pipe"],
      env: { ...process.env, LOG_LEVEL: "warn", LOG_FORMAT: "json" },
    });
    this.#process.stdout?.on("data", (text: Buffer) => (this.stdout += text.toString()));
    this.#process.stderr?.on("data", (text: Buffer) => (this.stderr += text.toString()));
    // Later than its exit: by then all that it has printed has been read
    this.#closed = this.#close(kept);
    this.#process.on("exit", () => {
      this.#seconds = (performance.now() - this.#started) / 1000;
      running.delete(this);
    });
    this.pid = this.#process.pid ?? NaN;
    if (this.#process.pid !== undefined) running.add(this);
  }

  /** Waits for its natural end. Returns how long it ran, in seconds. */
  async done(): Promise<number> {
    await inTime(this.#closed, () => `the end of ${this.#name}`);
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== 0) {
      throw new Error(`${this.#name} ended with ${exitCode ?? signalCode}\n${this.stdout}${this.stderr}`);
    }
    return this.#seconds ?? NaN;
  }

  /** @throws When this is not what it has printed. */
  expect(output: RegExp | string): void {
    if (typeof output === "string" ? output === this.stdout : output.test(this.stdout)) return;
    const end = (text: string) => text.slice(-1000);
    throw new Error(`Expected ${this.#name} to print ${end(String(output))}, got ${end(this.stdout)}`);
  }

  /** Waits until it has printed something. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const look = async () => {
      for (;;) {
        const match = pattern.exec(this.stdout);
        if (match !== null) return match;
        if (this.ended) throw new Error(`${this.#name} ended without ${pattern}\n${this.stderr}`);
        await pause(1);
      }
    };
    return inTime(look(), () => `${pattern} of ${this.#name}\n${this.stdout}${this.stderr}`);
  }

  /** Ends it. Returns how long that took, in milliseconds. */
  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<number> {
    const since = performance.now();
    this.#process.kill(signal);
    await inTime(this.#closed, () => `the end of ${this.#name} by ${signal}`);
    return performance.now() - since;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #close(kept: number | undefined): Promise<void> {
    await once(this.#process, "close");
    if (kept !== undefined) this.stdout = takeAll(kept);
  }

  get ended(): boolean {
    return this.#seconds !== undefined;
  }
}

/** A file that is gone when it is closed, whatever happens to the bench. */
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
  const line = command(endpoint);
  await using server = new Program(line, "dropped");
  await inTime(listening(endpoint, server), () => `${line.join(" ")} to bind\n${server.stderr}`);
  return await measure(endpoint, server);
}

export async function freeEndpoint(): Promise<string> {
  const listener = createServer();
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const { port } = listener.address() as AddressInfo;
  await once(listener.close(), "close");
  return `tcp://127.0.0.1:${port}`;
}

async function listening(endpoint: string, program: Program): Promise<void> {
  const port = Number(endpoint.split(":").at(-1));
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      if (program.ended) throw new Error(`ended without binding ${endpoint}\n${program.stderr}`);
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
