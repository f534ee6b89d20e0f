import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { seededRandom, within } from "zmq-common";
import type { Batch } from "./batch.js";
import { type Source, sha256, VentilatorJournal } from "./ventilator-journal.js";
import { MAX_TEXT } from "./wire.js";

/** Input that is not a list of jobs. */
export class InputError extends Error {
  override name = "InputError";
}

export interface BatchOptions {
  /** How many jobs of 1 to 100 ms, where there is no input. */
  jobs: number;
  seed?: number | undefined;
  /** A file with a job a line; `-` for stdin. */
  input?: string | undefined;
  /** A folder for the journal. */
  journal?: string | undefined;
}

/**
 * The batch that a ventilator is to give out: that of the journal, or one of the lines of the input, or of random
 * workloads in milliseconds.
 *
 * @param stdin Read where the input is `-`, and there is no batch in the journal.
 * @throws {InputError} Saying which line cannot be a job, and why.
 * @throws {JournalError} See `VentilatorJournal.open`.
 */
export async function openBatch(
  { jobs, seed, input, journal }: BatchOptions,
  stdin: () => NodeJS.ReadableStream,
): Promise<VentilatorJournal> {
  if (input === undefined) {
    const makeJobs = () => Promise.resolve(randomJobs(jobs, seed));
    return VentilatorJournal.open(journal, { jobs, seed }, makeJobs);
  }
  // A pipe can be read once only, and must not be if the journal has the batch
  const isFile = input !== "-" && statSync(input, { throwIfNoEntry: false })?.isFile() === true;
  const bytes = isFile ? readFileSync(input) : undefined;
  const source: Source = { input, sha256: bytes === undefined ? undefined : sha256(bytes) };
  const name = input === "-" ? "stdin" : input;
  const makeJobs = async () => checkJobs(bytes ?? (await readInput(input, stdin)), name);
  return VentilatorJournal.open(journal, source, makeJobs);
}

/** What the chapter's ventilator prints of a batch of random workloads; nothing of an input. */
export function describeCost({ input }: Pick<BatchOptions, "input">, batch: Batch): string {
  if (input !== undefined) return "";
  let cost = 0;
  for (let id = 0; id < batch.jobs; id++) cost += Number(batch.payload(id));
  return `Total expected cost: ${cost} msec\n`;
}

async function readInput(input: string, stdin: () => NodeJS.ReadableStream): Promise<Buffer> {
  if (input === "-") return buffer(stdin());
  try {
    return readFileSync(input);
  } catch (cause) {
    throw new InputError(`cannot read the jobs: ${(cause as Error).message}`, { cause });
  }
}

function randomJobs(jobs: number, seed: number | undefined): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Array.from({ length: jobs }, () => `${within(100, random) + 1}\n`).join(""));
}

/**
 * Makes jobs of lines: without the carriage returns of Windows, without empty lines, the last one ended, too.
 *
 * @param name Of the input, for errors.
 * @throws {InputError} When a line cannot be a job, or there is none.
 */
export function checkJobs(input: Buffer, name: string): Buffer {
  // One look at all of it, for a million lines; where something is wrong, the line is looked for
  const isSound = isUtf8(input) && !input.includes(0);
  const jobs = Buffer.allocUnsafe(input.length + 1);
  let length = 0;
  let number = 0;
  for (let at = 0; at < input.length;) {
    number += 1;
    const lineFeed = input.indexOf(LINE_FEED, at);
    const next = lineFeed === -1 ? input.length : lineFeed + 1;
    let end = lineFeed === -1 ? input.length : lineFeed;
    if (end > at && input[end - 1] === CARRIAGE_RETURN) end -= 1;
    if (!isSound || end - at > MAX_TEXT) checkLine(input.subarray(at, end), `line ${number} of ${name}`);
    if (end > at) {
      length += input.copy(jobs, length, at, end);
      jobs[length++] = LINE_FEED;
    }
    at = next;
  }
  if (length === 0) throw new InputError(`${name} has no jobs: it is empty`);
  return jobs.subarray(0, length);
}

function checkLine(line: Buffer, where: string): void {
  if (line.length > MAX_TEXT) {
    throw new InputError(`${where} has ${line.length} bytes; a job has ${MAX_TEXT} at most`);
  }
  if (line.includes(0)) throw new InputError(`${where} has a NUL byte; a job is a line of text`);
  if (!isUtf8(line)) throw new InputError(`${where} is not UTF-8`);
}

const [CARRIAGE_RETURN, LINE_FEED] = Buffer.from("\r\n") as unknown as [number, number];
