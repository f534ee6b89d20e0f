import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { version as libzmqVersion } from "zeromq";
import { Counts } from "../metrics/counts.js";
import type { Sample } from "../metrics/metric.js";
import type { RoleInfo } from "../metrics/server.js";
import { CurveKeys } from "../security/curve-keys.js";
import { startZapHandler } from "../security/zap.js";
import { RefusedError } from "../sockets/connection-log.js";
import type { SocketContext } from "../sockets/context.js";
import { endpointError } from "../sockets/endpoints.js";
import type { Logger } from "../sockets/logger.js";
import { observeSockets } from "../sockets/observer.js";
import { type Shown, Telemetry } from "../telemetry/telemetry.js";
import { sCatchSignals } from "../zhelpers/zhelpers.js";
import { parseOptions, type Program, UsageExit } from "./command-line.js";
import { startHealthFile } from "./health.js";
import { createLog, LOG_FORMATS, LOG_LEVELS, type LogOptions, type RoleLogger } from "./log.js";
import {
  choice,
  optionalAddress,
  optionalRemoteEndpoint,
  type OptionSpecs,
  type OptionValues,
  parseAddress,
  path,
} from "./options.js";
import { Output } from "./output.js";
import type { Print } from "./print.js";
import { endWithoutTerminal } from "./terminal.js";

/** What a role is given besides its options. */
export interface RoleContext extends SocketContext {
  /** Aborted when the role is to stop. */
  signal: AbortSignal;
  /** Prints on stdout what the chapter's program prints. */
  print: Print;
  /** Says what the role has to show, for those who look on (`--telemetry`); it is asked a few times a second. */
  show: (read: () => Shown) => void;
  /** Says what the role counts by itself, for Prometheus (`--metrics`); it is asked at each scrape. */
  measure: (read: () => Iterable<Sample>) => void;
  /** What is typed or piped in: stdin. */
  readonly input: NodeJS.ReadableStream & { isTTY?: boolean };
}

/** How long a role may take to end after a signal, in milliseconds; its output may still wait for a reader then. */
const GRACE = 800;

/**
 * Runs a role as a program: reads its options, prints to stdout, logs to stderr, stops at SIGINT, SIGTERM and SIGHUP,
 * and sets the exit status: 0 done or stopped, 1 failed, 2 wrong usage. The process then ends by itself, once
 * its sockets have sent what they had queued; `process.exit` would drop that. Its output, stdout and stderr, never
 * stops it: see {@link Output}.
 *
 * @param meta `import.meta` of the app's main module; the app's package.json names and describes it.
 * @param role The role: a function of its options and its context.
 * @param specs The options of the role.
 * @param details.name What it is called, where an app has several programs. Default: the app's name.
 * @param details.grace How much longer than others it may take to end after a signal, in milliseconds.
 */
export async function runRole<S extends OptionSpecs>(
  meta: ImportMeta,
  role: (options: OptionValues<S>, context: RoleContext) => Promise<void>,
  specs: S,
  { name, grace = () => 0 }: { name?: string; grace?: (options: OptionValues<S>) => number } = {},
): Promise<void> {
  const caught = sCatchSignals();
  endWithoutTerminal();
  const program = describe(meta, name);
  const stdout = new Output(() => process.stdout);
  const stderr = new Output(() => process.stderr);
  stdout.onError = (error) => {
    process.exitCode = 1;
    stderr.write(`${program.name}: cannot print: ${error.message}\n`);
  };
  try {
    const {
      logLevel,
      logFormat,
      telemetry: endpoint,
      metrics: address,
      healthFile,
      curveDir,
      ...options
    } = parseOptions(program, { ...specs, ...commonOptions() }, process.argv.slice(2), {
      stdout,
      stderr,
    }) as OptionValues<S> & CommonOptions;
    let telemetry: Telemetry | undefined;
    const onLog: LogOptions["onLog"] = (level, message) => telemetry?.log(level, message);
    const logOptions = { level: logLevel, format: logFormat, ...(endpoint && { onLog }) };
    const log = await createLog(program.name, logOptions, stderr);
    const tell = (keys: CurveKeys | undefined) => {
      if (endpoint !== undefined) telemetry = startTelemetry(program.name, endpoint, { keys, log });
      return telemetry;
    };
    const startCounting = async () => {
      if (address !== undefined) return startMetrics(program.info, address, log);
      return undefined;
    };
    const run = (context: RoleContext) => role(options as OptionValues<S>, context);
    const patience = GRACE + grace(options as OptionValues<S>);
    await runToEnd(run, {
      healthFile,
      curveDir,
      tell,
      startCounting,
      name: program.name,
      caught,
      log,
      stdout,
      patience,
    });
  } catch (error) {
    if (!(error instanceof UsageExit)) throw error;
    process.exitCode = error.status;
    // What it has printed may wait for a reader
    caught.addEventListener("abort", () => process.exit());
  }
}

type CommonOptions = OptionValues<ReturnType<typeof commonOptions>>;

/** The options that every role has. */
function commonOptions() {
  const format = isatty(2) ? "text" : "json";
  return {
    curveDir: path("folder of keys (CURVE); without it, nothing is encrypted and everyone is admitted"),
    healthFile: path("file touched every second while the event loop responds"),
    telemetry: optionalRemoteEndpoint("endpoint of a live page that is told what this role does", {
      env: "TELEMETRY",
    }),
    metrics: optionalAddress("where to serve /metrics for Prometheus, /healthz and /readyz", {
      env: "METRICS",
    }),
    logLevel: choice("least severity of what is logged on stderr", {
      choices: LOG_LEVELS,
      // As Python and Rust call them
      aliases: { warning: "warn", critical: "fatal", off: "silent" },
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
  /** Has a page told what this role does, if there is one. */
  tell: (keys: CurveKeys | undefined) => Telemetry | undefined;
  /** Counts what this role does and serves it, if it is asked for. */
  startCounting: () => Promise<Counts | undefined>;
  caught: AbortSignal;
  log: RoleLogger;
  stdout: Output;
  /** How long it may take to end after a signal, in milliseconds. */
  patience: number;
}

/** Runs the role to its end, and sets the exit status. */
async function runToEnd(
  role: (context: RoleContext) => Promise<void>,
  { name, healthFile, curveDir, tell, startCounting, caught, log, stdout, patience }: Surroundings,
): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const end = (reason: Error) => {
    ending.abort(reason);
    // Once the event loop is empty, all that was queued is sent: see `monitor`. Node would then take the process down bit
    // by bit, the signal handlers first: a second Ctrl-C would set the exit status
    process.once("beforeExit", () => process.exit());
    exitAfter(patience);
  };
  // If anything keeps the process alive, it ends here
  let isExiting = false;
  const exit = () => {
    // Two limits may be over at once
    if (isExiting) return;
    isExiting = true;
    if (stdout.waiting > 0) log.warn({ characters: stdout.waiting }, "ended before all output was read");
    setImmediate(() => process.exit());
  };
  const exitAfter = (milliseconds: number) => setTimeout(exit, milliseconds).unref();
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
  // A reader that closes our stdout needs no more; any other error is a failure
  stdout.onClosed = stop;
  stdout.onError = (error) => onFatalError(new Error(`cannot print: ${error.message}`, { cause: error }));
  stdout.onDropped = (count) => log.warn({ count }, "output was dropped: it was not read");
  const print: Print = (text) => stdout.write(text);
  process.exitCode = 0;
  let telemetry: Telemetry | undefined;
  let counts: Counts | undefined;
  try {
    using _health = healthFile === undefined ? undefined : startHealthFile(healthFile);
    const keys = curveDir === undefined ? undefined : new CurveKeys(curveDir, name);
    using _zap = startZapHandler(keys, log);
    telemetry = tell(keys);
    counts = await startCounting();
    signal.addEventListener("abort", () => counts?.stop());
    await role({
      signal,
      print,
      log,
      keys,
      onFatalError,
      show(read) {
        if (telemetry !== undefined) telemetry.show = read;
      },
      measure(read) {
        if (counts !== undefined) counts.measure = read;
      },
      // Opened only by a role that reads it
      get input() {
        return process.stdin;
      },
    });
  } catch (error) {
    onFatalError(error as Error);
  } finally {
    counts?.stop();
    await telemetry?.end(process.exitCode);
  }
  // Its sockets may be kept open by the lookup of a name
  if (signal.aborted) exitAfter(GRACE);
}

/** That there can be none is said, and no reason for a role not to run. */
function startTelemetry(
  name: string,
  endpoint: string,
  { keys, log }: Pick<SocketContext, "keys" | "log">,
): Telemetry {
  const said = new Set<string>();
  const warn = (problem: string) => {
    if (said.has(problem)) return;
    said.add(problem);
    log.warn(`no telemetry: ${problem}`);
  };
  const problems: Logger = {
    // A page that is not there, or comes and goes, is nothing to report
    debug() {},
    info() {},
    // What is in the way for good is, once: a key, a name
    warn: (first: string | object, text: string = "") => warn(typeof first === "string" ? first : text),
    error() {},
    fatal() {},
  };
  return new Telemetry(name, endpoint, {
    keys,
    log: problems,
    onFatalError(error) {
      // A refusal is said already
      if (!(error instanceof RefusedError)) warn(error.message);
    },
  });
}

/** @throws {EndpointError} When it cannot listen at that address. */
async function startMetrics(info: RoleInfo, address: string, log: RoleLogger): Promise<Counts> {
  const { startMetricsServer } = await import("../metrics/server.js");
  const { host, port } = parseAddress(address);
  const counts = new Counts();
  try {
    const { url } = await startMetricsServer({ host, port: Number(port), counts, info });
    observeSockets(counts);
    log.info(`metrics on ${url}/metrics`);
    return counts;
  } catch (error) {
    throw endpointError("serve metrics on", address, error);
  }
}

/** What an app's package.json, one folder above its main module, says about it. */
function describe(meta: ImportMeta, ownName: string | undefined): Program & { info: RoleInfo } {
  const json = readFileSync(new URL("../package.json", meta.url), "utf8");
  const { name: appName, version, description } = JSON.parse(json) as Program;
  const name = ownName ?? appName;
  return {
    name,
    description,
    version: `${name} ${version} (libzmq ${libzmqVersion})`,
    info: { role: name, version, libzmq: libzmqVersion },
  };
}
