import { Writable } from "node:stream";
import { type Logger, type LoggerOptions, pino } from "pino";
import type { LogLevel } from "../telemetry/wire.js";
import { Output } from "./output.js";

/** The log of a role that runs as a program. */
export type RoleLogger = Logger;

/** Values of `LOG_LEVEL`. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Values of `LOG_FORMAT`. */
export const LOG_FORMATS = ["json", "text"] as const;

export interface LogOptions {
  /** Told of what is logged. */
  onLog?: ((level: LogLevel, message: string) => void) | undefined;
  level: (typeof LOG_LEVELS)[number];
  format: (typeof LOG_FORMATS)[number];
}

/**
 * A log on stderr: stdout is for what the role prints.
 *
 * @param stderr Where nobody reads it, that must not end the role.
 */
export async function createLog(
  name: string,
  { level, format, onLog }: LogOptions,
  stderr = new Output(() => process.stderr),
): Promise<RoleLogger> {
  const hooks = onLog && { logMethod: tap(onLog) };
  const log = pino(
    { name, level, ...(hooks && { hooks }) },
    format === "text" ? await prettyPrinter(stderr) : stderr,
  );
  stderr.onDropped = (count) => log.warn({ count }, "lines of this log were dropped: it was not read");
  return log;
}

/** Has each line that is logged told to somebody else, too. */
function tap(onLog: (level: LogLevel, message: string) => void): LogHook {
  return function log(args, method, level) {
    method.apply(this, args);
    const message = args.find((each) => typeof each === "string");
    const label = this.levels.labels[level];
    if (message !== undefined && label !== "trace") onLog(label as LogLevel, message);
  };
}

type LogHook = NonNullable<NonNullable<LoggerOptions["hooks"]>["logMethod"]>;

async function prettyPrinter(stderr: Output): Promise<Writable> {
  const { default: pretty } = await import("pino-pretty");
  const destination = new Writable({
    decodeStrings: false,
    write(line: string | Buffer, _, done) {
      stderr.write(String(line));
      done();
    },
  });
  const { isTTY } = process.stderr;
  return pretty({ destination, singleLine: true, colorize: isTTY, ignore: "name,pid,hostname" });
}
