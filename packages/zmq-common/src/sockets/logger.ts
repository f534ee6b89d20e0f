/** A levelled log method: a message, with structured fields in front of it if there are any. */
export interface LogMethod {
  (message: string): void;
  (fields: object, message: string): void;
}

/** What roles and sockets log to. A pino logger is one. */
export interface Logger {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  fatal: LogMethod;
}

/** Whether a count is 1, 10, 100, …: a log that is written only then cannot fill a disk. */
export function isPowerOfTen(count: number): boolean {
  return Number.isInteger(Math.log10(count));
}
