/** What the server tells the page: what the roles tell, and what the control does. Also what the page asks for. */
import type { TelemetryMessage } from "zmq-common";

/** A pattern of the page. */
const PATTERNS = ["hello", "weather", "pipeline", "jobs"] as const;

export type Pattern = (typeof PATTERNS)[number];

/** Which pattern a role belongs to. */
export const ROLES: Readonly<Record<Pattern, readonly string[]>> = {
  hello: ["hello-client", "hello-server"],
  weather: ["wuserver", "wuclient", "number-publisher", "number-subscriber"],
  pipeline: ["taskvent", "taskwork", "tasksink"],
  jobs: ["jobvent", "jobwork", "jobsink"],
};

/** What the page shows: a pattern, or two side by side that do the same. */
export const VIEWS = [...PATTERNS, "both"] as const;

export type View = (typeof VIEWS)[number];

/** The patterns of a view. */
export function patternsOf(view: View): readonly Pattern[] {
  return view === "both" ? ["pipeline", "jobs"] : [view];
}

/** A run of a pattern has begun: all that was there before is over. */
export interface RunMessage {
  topic: "run";
  pattern: Pattern;
  /** Where it was asked for. */
  view: View;
  experiment: string;
  t: number;
}

/** A process of the control, and what became of it. */
export interface ChildMessage {
  topic: "child";
  /** What the control calls it: `taskwork-3`. */
  child: string;
  pattern: Pattern;
  role: string;
  pid: number;
  state: ChildState;
  t: number;
  /** The command that starts it, for a terminal. */
  command: string;
  /** Its exit status, or the signal that ended it. */
  exit?: string;
}

export type ChildState = "running" | "frozen" | "ended" | "failed" | "killed";

export type ControlMessage = RunMessage | ChildMessage;

export type LiveMessage = TelemetryMessage | ControlMessage;

/** The first that a page is told; the state so far follows, as messages. */
export interface Hello {
  /** With it the page may control. Without, it only watches. */
  token?: string;
  /** Where roles have to tell, for terminals. */
  telemetry: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** What a page may ask for: a few verbs. */
export type Command =
  | { verb: "run"; view: View; experiment: string; count: number; wait: boolean }
  | { verb: "add"; pattern: Pattern }
  | { verb: "stop"; view: View }
  | { verb: "kill" | "freeze" | "thaw"; child: string };

/** The most workers or clients of a run. */
export const MAX_COUNT = 64;

/** Reads a command from anybody. @returns Nothing if it is malformed. */
export function parseCommand(given: unknown): Command | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { verb, pattern, view, experiment, count, wait, child } = given as Record<string, unknown>;
  const knownPattern = PATTERNS.find((each) => each === pattern);
  const knownView = VIEWS.find((each) => each === view);
  switch (verb) {
    case "run": {
      const isCount = Number.isInteger(count) && (count as number) >= 1 && (count as number) <= MAX_COUNT;
      if (knownView === undefined || !isName(experiment) || !isCount || typeof wait !== "boolean")
        return undefined;
      return { verb, view: knownView, experiment, count: count as number, wait };
    }
    case "add":
      return knownPattern && { verb, pattern: knownPattern };
    case "stop":
      return knownView && { verb, view: knownView };
    case "kill":
    case "freeze":
    case "thaw":
      return isName(child) ? { verb, child } : undefined;
    default:
      return undefined;
  }
}

const isName = (given: unknown): given is string =>
  typeof given === "string" && /^[a-z][a-z0-9-]{0,31}$/.test(given);
