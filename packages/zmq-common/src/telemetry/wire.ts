/** What roles tell about themselves: its types, its form on the wire, and a parser that trusts nobody. */

/** A role: what it is, and what its sockets are bound and connected to. */
export interface NodeMessage {
  topic: "node";
  v: 1;
  id: string;
  role: string;
  pid: number;
  host: string;
  /** Its addresses on networks, by which others connect to what it has bound on all interfaces. */
  addresses?: string[];
  /** When it started, in milliseconds since 1970, as all times here. */
  started: number;
  sockets: SocketInfo[];
  /** Only when it is over. */
  state?: "ended";
  /** Its exit status. */
  code?: number;
}

export interface SocketInfo {
  /** Of its own within the role. */
  name: string;
  /** `PUSH`. */
  type: string;
  binds: string[];
  connects: string[];
}

/** Counts since the start: a lost message costs nothing. */
export interface TickMessage {
  topic: "tick";
  id: string;
  t: number;
  /** For each socket the messages that it received, those that it sent, and its peers. */
  sockets: Record<string, [received: number, sent: number, peers: number]>;
  /** What it is at. */
  doing: [socket: string, since: number, label: string][];
  /** What the role itself has to show: a label, how many there are of it, and a value. */
  show?: [label: string, count: number, value: number][];
  malformed?: number;
  /** For how long the event loop was held up at most, in milliseconds, since the tick before. */
  lag?: number;
}

/** What took time. */
export interface SpanMessage {
  topic: "span";
  id: string;
  socket: string;
  spans: Span[];
  /** How many were not timed. */
  missed: number;
}

/** When it began, how many milliseconds it took, what it was about, and how it ended, if not well. */
export type Span = [start: number, milliseconds: number, label: string, outcome?: string];

export interface LogMessage {
  topic: "log";
  id: string;
  t: number;
  level: LogLevel;
  text: string;
}

export type LogLevel = (typeof LEVELS)[number];

export type TelemetryMessage = NodeMessage | TickMessage | SpanMessage | LogMessage;

/** Subscribed to by those who want to see the beginning of each message in the labels of spans. Nothing is published on it. */
export const LABELS = "label";

/** The most spans of one message. */
export const MAX_SPANS = 200;

/** The longest label, in bytes of the message that it is taken from. */
export const MAX_LABEL = 24;

/** The most sockets of a role. */
export const MAX_SOCKETS = 64;

/** The most lines that a role has to show. */
export const MAX_SHOWN = 100;

/** The most addresses of a role. */
export const MAX_ADDRESSES = 64;

const MAX_ENDPOINTS = 64;
const MAX_TEXT = 512;

const LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;

/** @returns A frame for the topic, and a frame for the rest as JSON. */
export function formatTelemetry({ topic, ...content }: TelemetryMessage): [topic: string, json: string] {
  return [topic, JSON.stringify(content)];
}

/** Reads a message from anybody. @returns Nothing if it is malformed, or larger than what roles send. */
export function parseTelemetry(frames: readonly Buffer[]): TelemetryMessage | undefined {
  const [topic, json, ...rest] = frames;
  if (topic === undefined || json === undefined || rest.length > 0) return undefined;
  try {
    const name = topic.toString("latin1");
    if (!Object.hasOwn(READERS, name)) return undefined;
    return READERS[name as TelemetryMessage["topic"]](object(JSON.parse(json.toString())));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

type Unknown = Readonly<Record<string, unknown>>;

// Each builds its message from the fields that it knows: what else is there does not get in
const READERS: { [T in TelemetryMessage["topic"]]: (given: Unknown) => TelemetryMessage & { topic: T } } = {
  node: (given) => ({
    topic: "node",
    v: is(given["v"], 1),
    id: text(given["id"], 128),
    role: text(given["role"], 64),
    pid: count(given["pid"]),
    host: text(given["host"], 256),
    ...optional("addresses", given, (all) => list(all, MAX_ADDRESSES, (each) => text(each, 64))),
    started: number(given["started"]),
    sockets: list(given["sockets"], MAX_SOCKETS, (each) => socketInfo(object(each))),
    ...optional("state", given, (state) => is(state, "ended" as const)),
    ...optional("code", given, count),
  }),
  tick: (given) => ({
    topic: "tick",
    id: text(given["id"], 128),
    t: number(given["t"]),
    sockets: entries(given["sockets"], MAX_SOCKETS, (each) => {
      const [received, sent, peers] = tuple(each, 3);
      return [count(received), count(sent), count(peers)];
    }),
    doing: list(given["doing"], MAX_SOCKETS, (each) => {
      const [socket, since, label] = tuple(each, 3);
      return [text(socket, 64), number(since), text(label, 4 * MAX_LABEL)];
    }),
    ...optional("show", given, (show) =>
      list(show, MAX_SHOWN, (each): [string, number, number] => {
        const [label, many, value] = tuple(each, 3);
        return [text(label, MAX_TEXT), count(many), number(value)];
      }),
    ),
    ...optional("malformed", given, count),
    ...optional("lag", given, number),
  }),
  span: (given) => ({
    topic: "span",
    id: text(given["id"], 128),
    socket: text(given["socket"], 64),
    spans: list(given["spans"], MAX_SPANS, (each) => {
      const [start, milliseconds, label, outcome] = tuple(each, 3, 4);
      const span: Span = [number(start), positive(milliseconds), text(label, 4 * MAX_LABEL)];
      if (outcome !== undefined) span.push(text(outcome, 64));
      return span;
    }),
    missed: count(given["missed"]),
  }),
  log: (given) => ({
    topic: "log",
    id: text(given["id"], 128),
    t: number(given["t"]),
    level: oneOf(LEVELS, given["level"]),
    text: text(given["text"], MAX_TEXT),
  }),
};

function socketInfo(given: Unknown): SocketInfo {
  const endpoints = (each: unknown) => list(each, MAX_ENDPOINTS, (endpoint) => text(endpoint, MAX_TEXT));
  return {
    name: text(given["name"], 64),
    type: text(given["type"], 16),
    binds: endpoints(given["binds"]),
    connects: endpoints(given["connects"]),
  };
}

/** What is read does not have the form that it must have. */
function fail(what: string): never {
  throw new TypeError(`expected ${what}`);
}

function object(given: unknown): Unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return fail("an object");
  return given as Unknown;
}

function text(given: unknown, max: number): string {
  return typeof given === "string" && given.length <= max
    ? given
    : fail(`a text of at most ${max} characters`);
}

function number(given: unknown): number {
  return typeof given === "number" && Number.isFinite(given) ? given : fail("a number");
}

function positive(given: unknown): number {
  return number(given) >= 0 ? number(given) : fail("a number from 0 on");
}

function count(given: unknown): number {
  return Number.isSafeInteger(given) && positive(given) >= 0
    ? (given as number)
    : fail("an integer from 0 on");
}

function is<const T>(given: unknown, wanted: T): T {
  return given === wanted ? wanted : fail(String(wanted));
}

function oneOf<T extends string>(choices: readonly T[], given: unknown): T {
  return choices.find((choice) => choice === given) ?? fail(choices.join(", "));
}

function tuple(given: unknown, min: number, max = min): unknown[] {
  return Array.isArray(given) && given.length >= min && given.length <= max ? given : fail(`${min} values`);
}

function list<T>(given: unknown, max: number, read: (each: unknown) => T): T[] {
  return Array.isArray(given) && given.length <= max ? given.map(read) : fail(`a list of at most ${max}`);
}

function entries<T>(given: unknown, max: number, read: (each: unknown) => T): Record<string, T> {
  const pairs = Object.entries(object(given));
  if (pairs.length > max) fail(`at most ${max} entries`);
  return Object.fromEntries(pairs.map(([key, each]) => [text(key, 64), read(each)]));
}

function optional<K extends string, T>(key: K, given: Unknown, read: (each: unknown) => T): { [P in K]?: T } {
  return given[key] === undefined ? {} : ({ [key]: read(given[key]) } as { [P in K]?: T });
}
