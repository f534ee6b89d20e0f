/** What a role has logged, line by line. */
import type { Child } from "../support/processes.js";

export interface LogLine {
  /** 30 info, 40 warn, 50 error, 60 fatal. */
  level: number;
  /** Milliseconds since 1970. */
  time: number;
  msg: string;
  count?: number;
  frames?: number[];
  start?: string;
}

/** The complete lines of a role's log so far. */
export function logged({ stderr }: Child): LogLine[] {
  return stderr
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LogLine);
}

/** The lines whose message matches. */
export function linesOf(child: Child, message: RegExp): LogLine[] {
  return logged(child).filter(({ msg }) => message.test(msg));
}
