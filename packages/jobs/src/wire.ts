/**
 * The wire format of jobvent, jobwork and jobsink. A message is a few frames: its kind, some fields, and many jobs at
 * once, because a message a job would be 50 times as slow. What is said of jobs are lines, `ids text\n` each: `7 text`
 * for one job, `7-9 text` for jobs that follow one another and have the same text, often none.
 *
 *     worker -> ventilator   READY  token, "window ttl"            I am here; I am still here; I take jobs
 *                            DONE   token, "window ttl", lines     ids and result
 *                            FAIL   token, "window ttl", lines     ids and reason
 *                            BYE    token, "window ttl", lines     I leave; take back all but these
 *     ventilator -> worker   HELLO  token                          forget what you hold; answer READY with the token
 *                            TASK   "first", payloads              jobs that follow one another: a line each
 *                            BEAT                                  nothing; it shows whether the connection is there
 *                            STOP                                  the batch is done
 *     ventilator -> sink     BATCH  "id jobs"                      what is yet to come; answer HAVE
 *                            DONE   "seq workers", lines           ids and result
 *                            DEAD   "seq workers", lines           ids, and how often it was tried and why it failed
 *                            END    "seq workers"                  you have everything
 *     sink -> ventilator     HAVE   ranges, ranges, ...            "0-99\n103-103\n": what the sink's journal has
 *                            ACK    "seq"                          everything up to this one is in the journal
 *                            REFUSE reason                         another batch
 *
 * A text is bytes, held as a latin1 string: nothing is decoded on the way, nothing can be lost by it. It holds no line
 * feed. Writers throw on what would not be read again; readers return `undefined` for what is malformed, never throw.
 */

/**
 * Jobs that follow one another, and what is said of each of them: its result, or why it failed. Ids are 0 to 2^32 - 1;
 * there are at most {@link MAX_WINDOW} in a line.
 */
export interface Line {
  readonly first: number;
  /** The last one is a part of it. */
  last: number;
  readonly text: string;
}

/** Ids from the first to the last of them, both included. */
export type Range = readonly [first: number, last: number];

/** What every message of a worker says. */
interface WorkerState {
  /** That of the HELLO it has answered; empty at first. */
  readonly token: string;
  /** How many jobs it would hold at once, 1 to {@link MAX_WINDOW}. */
  readonly window: number;
  /** After how much silence it is to be given up, in milliseconds, {@link MIN_TTL} to {@link MAX_TTL}. */
  readonly ttl: number;
}

export type WorkerMessage =
  | ({ readonly kind: "READY" | "DONE" | "FAIL" | "BYE"; readonly lines: readonly Line[] } & WorkerState)
  /** From libzmq itself: the connection is lost (`ZMQ_DISCONNECT_MSG`). */
  | { readonly kind: "GONE" };

export type VentilatorMessage =
  | { readonly kind: "HELLO"; readonly token: string }
  | { readonly kind: "TASK"; readonly first: number; readonly payloads: readonly string[] }
  | { readonly kind: "BEAT" | "STOP" };

/** A message to the sink that is acknowledged. */
interface Numbered {
  readonly seq: number;
  /** How many workers there are, for the sink to show. */
  readonly workers: number;
}

export type SinkwardMessage =
  | { readonly kind: "BATCH"; readonly batch: string; readonly jobs: number }
  | ({ readonly kind: "DONE" | "DEAD"; readonly lines: readonly Line[] } & Numbered)
  | ({ readonly kind: "END" } & Numbered);

export type SinkMessage =
  | { readonly kind: "HAVE"; readonly ranges: readonly Range[] }
  | { readonly kind: "ACK"; readonly seq: number }
  | { readonly kind: "REFUSE"; readonly reason: string };

export const MAX_WINDOW = 100_000;
const MIN_TTL = 50;
const MAX_TTL = 3_600_000;

/** The longest payload, result or reason, in bytes. */
export const MAX_TEXT = 256 * 1024;

/**
 * Lines are put into one frame until it has this many bytes, so it has less than three times as many, and stays under
 * 1 MiB, which is `ZMQ_MAXMSGSIZE` of sockets that bind.
 */
export const FRAME = 256 * 1024;

/** Lines are put into one frame until they stand for {@link MAX_WINDOW} jobs; readers take no more than this. */
const MAX_JOBS = 2 * MAX_WINDOW;

/** The largest id. */
const MAX_ID = 2 ** 32 - 1;

/** Told of messages that cannot be read; `MalformedMessages` of zmq-common is one. */
export interface Malformed {
  record(kind: string, frames: readonly Buffer[]): void;
}

/** A batch's id; part of every token. */
const BATCH_ID = /^[0-9a-f]{16}$/;

const TOKEN = /^[0-9a-f]{16}\.[0-9a-f]{8}\.\d{1,9}$/;

/** `batch.incarnation.number`: made at each registration of a worker, and never again. */
export function formatToken(batch: string, incarnation: string, number: number): string {
  return valid(TOKEN, `${batch}.${incarnation}.${number}`, "token");
}

/** The batch that a token was made for. */
export const batchOf = (token: string) => token.slice(0, 16);

/** Adds a job to lines: to the last of them, if it follows that and has the same text. */
export function addJob(lines: Line[], id: number, text: string): void {
  const line = lines.at(-1);
  if (line?.last === id - 1 && line.text === text && id - line.first < MAX_WINDOW) line.last = id;
  else lines.push({ first: id, last: id, text });
}

/** Calls a function with each job of lines. */
export function forEachJob(lines: readonly Line[], call: (id: number, text: string) => void): void {
  for (const { first, last, text } of lines) for (let id = first; id <= last; id++) call(id, text);
}

/** Parts lines into groups that fit a frame each. No lines make no group. */
export function groupLines(lines: readonly Line[]): (readonly Line[])[] {
  const groups: Line[][] = [];
  let [bytes, jobs] = [FRAME, 0];
  for (const line of lines) {
    if (bytes >= FRAME || jobs >= MAX_WINDOW) {
      groups.push([]);
      bytes = jobs = 0;
    }
    groups.at(-1)?.push(line);
    bytes += line.text.length + "4294967295-4294967295 \n".length;
    jobs += line.last - line.first + 1;
  }
  return groups;
}

/** @returns Bytes, as latin1. */
export function formatLine(line: Line): string {
  const { first, last, text } = line;
  if (!isValid(line) || text.includes("\n")) throw badLine(line);
  const ids = first === last ? String(first) : `${first}-${last}`;
  return text === "" ? `${ids}\n` : `${ids} ${text}\n`;
}

/** @param lines A group of {@link groupLines}. */
export function formatLines(lines: readonly Line[]): Buffer {
  let frame = "";
  for (const line of lines) frame += formatLine(line);
  return toBytes(frame);
}

const isValid = ({ first, last, text }: Line) =>
  first >= 0 && first <= last && last <= MAX_ID && last - first < MAX_WINDOW && text.length <= MAX_TEXT;

function formatWorkerState({ token, window, ttl }: WorkerState): [token: string, state: string] {
  inRange("window", window, 1, MAX_WINDOW);
  inRange("ttl", ttl, MIN_TTL, MAX_TTL);
  return [token === "" ? token : valid(TOKEN, token, "token"), `${window} ${ttl}`];
}

/** The frames of a message, as many messages as its lines need. */
export function formatWorkerMessage(message: Exclude<WorkerMessage, { kind: "GONE" }>): Frames[] {
  const [token, state] = formatWorkerState(message);
  const groups = groupLines(message.lines);
  if (groups.length === 0) return [[message.kind, token, state]];
  return groups.map((lines) => [message.kind, token, state, formatLines(lines)]);
}

/** Frames to send; texts of fields are ASCII. */
export type Frames = (string | Buffer)[];

/** @param payloads A line each, about {@link FRAME} bytes at most, or one job. */
export function formatTask(first: number, payloads: Buffer): Frames {
  inRange("first", first, 0, MAX_ID);
  return ["TASK", String(first), payloads];
}

export const formatHello = (token: string): Frames => ["HELLO", valid(TOKEN, token, "token")];

export function formatBatch(batch: string, jobs: number): Frames {
  inRange("jobs", jobs, 1, MAX_ID);
  return ["BATCH", `${valid(BATCH_ID, batch, "batch")} ${jobs}`];
}

/** @param frame That of {@link formatLines}; nothing for END. */
export function formatNumbered(
  kind: "DONE" | "DEAD" | "END",
  { seq, workers }: Numbered,
  frame?: Buffer,
): Frames {
  inRange("seq", seq, 1, Number.MAX_SAFE_INTEGER);
  const head = [kind, `${seq} ${workers}`];
  return frame === undefined ? head : [...head, frame];
}

export function formatSinkMessage(message: SinkMessage): Frames {
  switch (message.kind) {
    case "HAVE": {
      const frames = [];
      const perFrame = Math.floor(FRAME / "4294967295-4294967295\n".length);
      for (let at = 0; at < message.ranges.length; at += perFrame) {
        const part = message.ranges.slice(at, at + perFrame);
        frames.push(part.map(([first, last]) => `${first}-${last}\n`).join(""));
      }
      return [message.kind, ...frames];
    }
    case "ACK":
      return [message.kind, String(message.seq)];
    default:
      return [message.kind, Buffer.from(message.reason)];
  }
}

/** Reads what a worker says, or libzmq about it. */
export function parseWorkerMessage(frames: readonly Buffer[]): WorkerMessage | undefined {
  const [kind, tokenFrame, state, body, ...more] = frames;
  const name = ascii(kind);
  if (name === "GONE") return frames.length === 1 ? { kind: name } : undefined;
  const token = ascii(tokenFrame);
  const [window, ttl] = integers(state, 2) ?? [];
  if (window === undefined || window < 1 || window > MAX_WINDOW) return undefined;
  if (ttl === undefined || ttl < MIN_TTL || ttl > MAX_TTL) return undefined;
  if ((token !== "" && !TOKEN.test(token)) || more.length > 0) return undefined;
  if (name !== "READY" && name !== "DONE" && name !== "FAIL" && name !== "BYE") return undefined;
  const lines = parseLines(body);
  if (lines === undefined || (name === "READY" && lines.length > 0)) return undefined;
  return { kind: name, token, window, ttl, lines };
}

/** Reads what the ventilator says to a worker. */
export function parseVentilatorMessage(frames: readonly Buffer[]): VentilatorMessage | undefined {
  const [kind, field, body, ...more] = frames;
  if (more.length > 0) return undefined;
  const name = ascii(kind);
  switch (name) {
    case "HELLO": {
      const token = ascii(field);
      return TOKEN.test(token) && body === undefined ? { kind: name, token } : undefined;
    }
    case "TASK": {
      const [first] = integers(field, 1) ?? [];
      const payloads = body && splitLines(body);
      if (first === undefined || payloads === undefined || payloads.length === 0) return undefined;
      if (first + payloads.length - 1 > MAX_ID || payloads.length > MAX_JOBS) return undefined;
      return payloads.some(({ length }) => length > MAX_TEXT) ? undefined : { kind: name, first, payloads };
    }
    case "BEAT":
    case "STOP":
      return field === undefined ? { kind: name } : undefined;
    default:
      return undefined;
  }
}

/** Reads what the ventilator says to the sink. */
export function parseSinkwardMessage(frames: readonly Buffer[]): SinkwardMessage | undefined {
  const [kind, state, body, ...more] = frames;
  if (more.length > 0) return undefined;
  const name = ascii(kind);
  if (name === "BATCH") {
    const [, batch = "", jobs = ""] = /^([0-9a-f]{16}) (\d{1,10})$/.exec(ascii(state)) ?? [];
    const count = Number(jobs);
    if (batch === "" || count < 1 || count > MAX_ID || body !== undefined) return undefined;
    return { kind: name, batch, jobs: count };
  }
  const [seq, workers] = integers(state, 2) ?? [];
  if (seq === undefined || workers === undefined) return undefined;
  if (name === "END") return body === undefined ? { kind: name, seq, workers } : undefined;
  if (name !== "DONE" && name !== "DEAD") return undefined;
  const lines = parseLines(body);
  return lines === undefined ? undefined : { kind: name, seq, workers, lines };
}

/** Reads what the sink says. */
export function parseSinkMessage(frames: readonly Buffer[]): SinkMessage | undefined {
  const [kind, ...rest] = frames;
  const name = ascii(kind);
  switch (name) {
    case "HAVE": {
      const ranges: Range[] = [];
      for (const frame of rest) {
        for (const line of frame.toString("latin1").split("\n").slice(0, -1)) {
          const [, first, last] = /^(\d{1,10})-(\d{1,10})$/.exec(line) ?? [];
          if (first === undefined || Number(first) > Number(last)) return undefined;
          ranges.push([Number(first), Number(last)]);
        }
        if (frame.length > 0 && frame.at(-1) !== LINE_FEED) return undefined;
      }
      return { kind: name, ranges };
    }
    case "ACK": {
      const [seq] = integers(rest[0], 1) ?? [];
      return seq === undefined || rest.length > 1 ? undefined : { kind: name, seq };
    }
    case "REFUSE":
      return rest.length === 1 ? { kind: name, reason: rest[0]?.toString() ?? "" } : undefined;
    default:
      return undefined;
  }
}

const LINE_FEED = 0x0a;

const LINE = /^\d{1,10}(?:-\d{1,10})?(?: |$)/;

/** Reads lines; no frame is no lines. */
export function parseLines(frame: Buffer | undefined): Line[] | undefined {
  const texts = splitLines(frame ?? Buffer.alloc(0));
  const lines: Line[] = [];
  let jobs = 0;
  for (const whole of texts ?? []) {
    if (!LINE.test(whole)) return undefined;
    const space = whole.indexOf(" ");
    const ids = space === -1 ? whole : whole.slice(0, space);
    const dash = ids.indexOf("-");
    const first = Number.parseInt(ids, 10);
    const last = dash === -1 ? first : Number(ids.slice(dash + 1));
    const line = { first, last, text: space === -1 ? "" : whole.slice(space + 1) };
    jobs += last - first + 1;
    if (!isValid(line) || jobs > MAX_JOBS) return undefined;
    lines.push(line);
  }
  return texts && lines;
}

/** The lines of a frame, of which each ends with a line feed. */
function splitLines(frame: Buffer): string[] | undefined {
  const lines = frame.toString("latin1").split("\n");
  return lines.pop() === "" ? lines : undefined;
}

/** A latin1 string as the bytes that it stands for. */
export const toBytes = (text: string) => Buffer.from(text, "latin1");

/** A frame's text where it is short; a field never is longer, and a hostile frame of megabytes need not be decoded. */
function ascii(frame: Buffer | undefined): string {
  return frame === undefined || frame.length > 64 ? "" : frame.toString("latin1");
}

/** A number of integers with spaces between. */
function integers(frame: Buffer | undefined, count: number): number[] | undefined {
  const text = ascii(frame);
  if (!/^\d{1,15}(?: \d{1,15})*$/.test(text)) return undefined;
  const values = text.split(" ").map(Number);
  return values.length === count ? values : undefined;
}

function valid(pattern: RegExp, text: string, what: string): string {
  if (pattern.test(text)) return text;
  throw new RangeError(`Expected \`${what}\` to match ${pattern}, got \`${text}\``);
}

function inRange(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`Expected \`${what}\` to be an integer from ${min} to ${max}, got \`${value}\``);
}

const badLine = ({ first, last, text }: Line) =>
  new RangeError(
    `Expected a line of at most ${MAX_WINDOW} ids up to ${MAX_ID} and ${MAX_TEXT} bytes without a line feed, ` +
      `got ids ${first} to ${last} and ${text.length} bytes`,
  );
