import { readFileSync } from "node:fs";
import { version as libzmqVersion } from "zeromq";
import { keepFresh } from "./health.js";
import { createLog, type Logger, LOG_FORMATS, LOG_LEVELS } from "./log.js";
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
import { startZapHandler } from "./zap.js";
import { sCatchSignals } from "./zhelpers.js";

/** What a role is given besides its options. */
export interface RoleContext {
  /** Aborted when the role is to stop. */
  signal: AbortSignal;
  print: Print;
  log: Logger;
}

/** How long a role may take to end after a signal, in milliseconds. */
const PATIENCE = 900;

/**
 * Runs a role as a program: reads its options, prints to stdout, logs to stderr, stops at SIGINT and SIGTERM,
 * and sets the exit status: 0 done or stopped, 1 failed, 2 wrong usage. The process then ends by itself, for
 * `process.exit` would drop the messages that are still queued.
 *
 * @param meta `import.meta` of the app's main module; the app's package.json names and describes it.
 * @param specs The options of the role.
 */
export async function runRole<S extends OptionSpecs>(
  meta: ImportMeta,
  role: (options: OptionValues<S> & RoleContext) => Promise<void>,
  specs: S,
): Promise<void> {
  const program = describe(meta);
  try {
    const { logLevel, logFormat, healthFile, ...options } = parseOptions(program, {
      ...specs,
      ...commonOptions(),
    }) as OptionValues<S> & CommonOptions;
    const log = await createLog(program.name, { level: logLevel, format: logFormat });
    process.exitCode = await perform(
      (context) => role({ ...(options as OptionValues<S>), ...context }),
      healthFile,
      log,
    );
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
    healthFile: path("file to keep fresh while the program is well"),
    logLevel: choice("least severity of what is logged on stderr", LOG_LEVELS, "info", "LOG_LEVEL"),
    logFormat: choice("form of the log; text on a terminal, else json", LOG_FORMATS, format, "LOG_FORMAT"),
  };
}

/** Runs the role to its end, and returns the exit status. */
async function perform(
  role: (context: RoleContext) => Promise<void>,
  healthFile: string | undefined,
  log: Logger,
): Promise<0 | 1> {
  const stdoutClosed = new AbortController();
  process.stdout.on("error", (error) => stdoutClosed.abort(error));
  const signal = AbortSignal.any([sCatchSignals(), stdoutClosed.signal]);
  signal.addEventListener("abort", () => {
    log.info(`stopping: ${(signal.reason as Error).message}`);
    // Should anything keep the process alive, that ends here.
    setTimeout(() => process.exit(), PATIENCE).unref();
  });
  try {
    using _health = healthFile === undefined ? undefined : keepFresh(healthFile);
    using _zap = await startZapHandler();
    const print: Print = (line) => void process.stdout.write(line);
    await role({ signal, print, log });
  } catch (error) {
    if (signal.aborted) return 0;
    log.fatal(log.isLevelEnabled("debug") ? { err: error } : {}, (error as Error).message);
    return 1;
  }
  return 0;
}

/** What an app's package.json, a folder above its main module, says of it. */
function describe(meta: ImportMeta): Program {
  const json = readFileSync(new URL("../package.json", meta.url), "utf8");
  const { name, version, description } = JSON.parse(json) as Program;
  return { name, description, version: `${name} ${version} (libzmq ${libzmqVersion})` };
}
