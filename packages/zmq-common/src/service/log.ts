import { pino, type Logger } from "pino";

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

/** A log on stderr: stdout is for what the role prints. */
export async function createLog(name: string, { level, format }: LogOptions): Promise<RoleLogger> {
  const stderr = 2;
  if (format === "text") {
    const { default: pretty } = await import("pino-pretty");
    const { isTTY } = process.stderr;
    const stream = pretty({
      destination: stderr,
      sync: true,
      singleLine: true,
      colorize: isTTY,
      ignore: "name,pid,hostname",
    });
    return pino({ name, level }, ignoreErrors(stream));
  }
  return pino({ name, level }, ignoreErrors(pino.destination({ dest: stderr, sync: true })));
}

/** A reader that closes our stderr wants no log; that must not end the role. */
function ignoreErrors<S extends NodeJS.EventEmitter>(stream: S): S {
  return stream.on("error", () => {});
}
