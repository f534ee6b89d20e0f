import { pino } from "pino";
import type { Logger } from "pino";

export type { Logger } from "pino";

/** Values of `LOG_LEVEL`. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Values of `LOG_FORMAT`. */
export const LOG_FORMATS = ["json", "text"] as const;

export interface LogOptions {
  level: (typeof LOG_LEVELS)[number];
  format: (typeof LOG_FORMATS)[number];
}

/** A log on stderr, for stdout belongs to what the role prints. */
export async function createLog(name: string, { level, format }: LogOptions): Promise<Logger> {
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
    return pino({ name, level }, quietly(stream));
  }
  return pino({ name, level }, quietly(pino.destination({ dest: stderr, sync: true })));
}

/** Whoever closes our stderr wants no log; that must not end the role. */
function quietly<S extends NodeJS.EventEmitter>(stream: S): S {
  return stream.on("error", () => {});
}
