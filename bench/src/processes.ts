/** The processes of a benchmark. */
import { once } from "node:events";
import { connect } from "node:net";
import { eventually, freeEndpoint, type RunningProcess, start, type StartOptions } from "process-kit";
import type { AnyCommand, Server } from "./commands.js";

/** How long any of them may take for what is waited for, in milliseconds. */
export const DEADLINE = 180_000;

/** Starts a process. Unless `options` say otherwise its stdout is dropped: reading it would slow down what is measured. */
export async function run(command: AnyCommand, options: StartOptions = {}): Promise<RunningProcess> {
  const env = { LOG_LEVEL: "warn", LOG_FORMAT: "json", ...options.env };
  return start(await command, { output: "ignore", within: DEADLINE, ...options, env });
}

/**
 * Waits for the natural end of a process, and for what it has printed by then.
 *
 * @returns The match.
 * @throws When it ends otherwise, or has printed something else.
 */
export async function expectOutput(program: RunningProcess, expected: RegExp | string): Promise<string[]> {
  await program.done();
  const { stdout } = program;
  const match = typeof expected === "string" ? stdout === expected && [stdout] : expected.exec(stdout);
  if (match) return match;
  throw new Error(`Expected ${String(expected).slice(-1000)}, got\n${program.report()}`);
}

/** Runs a program that prints how much it has counted, and in how many milliseconds. Returns how much per second. */
export async function counted(command: AnyCommand): Promise<number> {
  const program = await run(command, { output: "file" });
  const [, count, milliseconds] = await expectOutput(program, /^(\d+) (\d+)$/m);
  return (Number(count) / Number(milliseconds)) * 1000;
}

/** Measures something alongside a server, which has bound its endpoint by then. */
export async function alongside(
  program: Server,
  measure: (endpoint: string, server: RunningProcess) => Promise<number>,
  options: StartOptions = {},
): Promise<number> {
  const endpoint = await freeEndpoint();
  await using server = await run(program(endpoint), options);
  const isBound = async () => {
    if (server.exit !== undefined) throw new Error(`Expected a server on ${endpoint}\n${server.report()}`);
    return await accepts(endpoint);
  };
  await eventually(isBound, () => `a server on ${endpoint}\n${server.report()}`, DEADLINE);
  return await measure(endpoint, server);
}

async function accepts(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
