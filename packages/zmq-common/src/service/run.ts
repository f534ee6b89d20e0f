import { readFileSync } from "node:fs";
import { version as libzmqVersion } from "zeromq";
import { CurveKeys } from "../security/curve-keys.js";
import { startZapHandler } from "../security/zap.js";
import type { SocketContext } from "../sockets/context.js";
import { sCatchSignals } from "../zhelpers/zhelpers.js";
import { startHealthFile } from "./health.js";
import { createLog, LOG_FORMATS, LOG_LEVELS, type RoleLogger } from "./log.js";
import {
  choice,
  type OptionSpecs,
  type OptionValues,
  parseOptions,
  path,
  type Program,
  UsageExit,
} from "./options.js";
import type { Print } from "./print.js";

/** What a role is given besides its options. */
export interface RoleContext extends SocketContext {
  /** Aborted when the role is to stop. */
  signal: AbortSignal;
  /** Prints on stdout what the chapter's program prints. */
  print: Print;
  /** What is typed or piped in: stdin. */
  readonly input: NodeJS.ReadableStream & { isTTY?: boolean };
}

/** How long a role may take to end after a signal, in milliseconds. */
const GRACE = 900;

/**
 * Runs a role as a program: reads its options, prints to stdout, logs to stderr, stops at SIGINT and SIGTERM,
 * and sets the exit status: 0 done or stopped, 1 failed, 2 wrong usage. The process then ends by itself, once
 * its sockets have sent what they had queued; `process.exit` would drop that.
 *
 * @param meta `import.meta` of the app's main module; the app's package.json names and describes it.
 * @param role The role: a function of its options and its context.
 * @param specs The options of the role.
 */
export async function runRole<S extends OptionSpecs>(
  meta: ImportMeta,
  role: (options: OptionValues<S>, context: RoleContext) => Promise<void>,
  specs: S,
): Promise<void> {
  const caught = sCatchSignals();
  const program = describe(meta);
  try {
    const { logLevel, logFormat, healthFile, curveDir, ...options } = parseOptions(program, {
      ...specs,
      ...commonOptions(),
    }) as OptionValues<S> & CommonOptions;
    const log = await createLog(program.name, { level: logLevel, format: logFormat });
    const run = (context: RoleContext) => role(options as OptionValues<S>, context);
    await runToEnd(run, { healthFile, curveDir, name: program.name, caught, log });
  } catch (error) {
    if (!(error instanceof UsageExit)) throw error;
    process.exitCode = error.status;
  }
}

type CommonOptions = OptionValues<ReturnType<typeof commonOptions>>;

/** The options that every role has. */
function commonOptions() {
  const format = process.stderr.isTTY ? "text" : "json";
  return {
    curveDir: path("folder of keys (CURVE); without it, nothing is encrypted and everyone is admitted"),
    healthFile: path("file touched every second while the event loop responds"),
    logLevel: choice("least severity of what is logged on stderr", {
      choices: LOG_LEVELS,
      default: "info",
      env: "LOG_LEVEL",
    }),
    logFormat: choice("form of the log; text on a terminal, else json", {
      choices: LOG_FORMATS,
      default: format,
      env: "LOG_FORMAT",
    }),
  };
}

interface Surroundings extends Pick<CommonOptions, "healthFile" | "curveDir"> {
  name: string;
  caught: AbortSignal;
  log: RoleLogger;
}

/** Runs the role to its end, and sets the exit status. */
async function runToEnd(
  role: (context: RoleContext) => Promise<void>,
  { name, healthFile, curveDir, caught, log }: Surroundings,
): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const end = (reason: Error) => {
    ending.abort(reason);
    // Once the event loop is empty, all that was queued is sent (monitor). Node would then take the process down bit
    // by bit, the signal handlers first: a second Ctrl-C would set the exit status
    process.once("beforeExit", () => process.exit());
    // If anything keeps the process alive, it ends here
    setTimeout(() => process.exit(), GRACE).unref();
  };
  // The first of these two decides how it ended
  const stop = (reason: Error) => {
    if (signal.aborted) return;
    log.info(`stopping: ${reason.message}`);
    end(reason);
  };
  const onFatalError = (error: Error) => {
    if (signal.aborted) return;
    process.exitCode = 1;
    log.fatal(log.isLevelEnabled("debug") ? { err: error } : {}, error.message);
    end(error);
  };
  const interrupt = () => stop(caught.reason as Error);
  if (caught.aborted) interrupt();
  else caught.addEventListener("abort", interrupt);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that closes our stdout has seen enough; a full disk is another matter
    if (error.code === "EPIPE") stop(error);
    else onFatalError(new Error(`cannot print: ${error.message}`, { cause: error }));
  });
  const print: Print = (text) => void process.stdout.write(text);
  process.exitCode = 0;
  try {
    using _health = healthFile === undefined ? undefined : startHealthFile(healthFile);
    const keys = curveDir === undefined ? undefined : new CurveKeys(curveDir, name);
    using _zap = startZapHandler(keys, log);
    await role({
      signal,
      print,
      log,
      keys,
      onFatalError,
      // Opened only by a role that reads it
      get input() {
        return process.stdin;
      },
    });
  } catch (error) {
    onFatalError(error as Error);
  }
}

/** What an app's package.json, one folder above its main module, says about it. */
function describe(meta: ImportMeta): Program {
  const json = readFileSync(new URL("../package.json", meta.url), "utf8");
  const { name, version, description } = JSON.parse(json) as Program;
  return { name, description, version: `${name} ${version} (libzmq ${libzmqVersion})` };
}
