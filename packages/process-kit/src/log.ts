/** A line of a role's log (pino, as JSON). */
export interface LogLine {
  /** 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
  level: number;
  /** Milliseconds since 1970. */
  time: number;
  msg: string;
  [field: string]: unknown;
}

/**
 * The complete lines of a log.
 *
 * @throws {SyntaxError} When one of them is not JSON, showing it.
 */
export function parseLog(text: string): LogLine[] {
  return text
    .split(/\r?\n/)
    .slice(0, -1)
    .map((line) => {
      try {
        return JSON.parse(line) as LogLine;
      } catch (cause) {
        throw new SyntaxError(`Expected a line of a JSON log, got \`${line}\``, { cause });
      }
    });
}
