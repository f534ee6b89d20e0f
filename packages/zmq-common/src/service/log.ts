import { Writable } from "node:stream";
import { pino, type Logger } from "pino";
import { Output } from "./output.js";

/** The log of a role that runs as a program. */
export type RoleLogger = Logger;

/** Values of `LOG_LEVEL`. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Values of `LOG_FORMAT`. */
export const LOG_FORMATS = ["json", "text"] as const;

export interface LogOptions {
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
  { level, format }: LogOptions,
  stderr = new Output(process.stderr),
): Promise<RoleLogger> {
  const log = pino({ name, level }, format === "text" ? await prettyPrinter(stderr) : stderr);
  stderr.onDropped = (count) => log.warn({ count }, "lines of this log were dropped: it was not read");
  return log;
}

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
