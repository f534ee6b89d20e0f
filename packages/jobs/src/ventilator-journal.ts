import { createHash, randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { AppendFile, JournalError, journalError, toLines } from "./append-file.js";
import { Batch } from "./batch.js";
import type { BatchJournal, Failure } from "./ventilator.js";

/** What a batch was made of: a journal that holds one of something else must not be taken for it. */
export type Source =
  | { readonly jobs: number; readonly seed?: number | undefined }
  /** The SHA-256 of a file; nothing for a pipe, which can be read once only. */
  | { readonly input: string; readonly sha256?: string | undefined };

/**
 * The ventilator's journal, two files in its folder: `batch`, written once, a line of JSON and then a job a line; and
 * `failures`, `id reason` for each failed attempt, and at last `# end`.
 */
export class VentilatorJournal implements BatchJournal, Disposable {
  readonly batch: Batch;
  readonly incarnation = randomBytes(4).toString("hex");
  readonly failures: readonly Failure[];
  readonly #file: AppendFile | undefined;

  private constructor(batch: Batch, failures: readonly Failure[], file?: AppendFile) {
    this.batch = batch;
    this.failures = failures;
    this.#file = file;
  }

  /**
   * Goes on with the unfinished batch in a folder, or begins one.
   *
   * @param dir Without one, nothing is written: a batch does not survive its ventilator.
   * @param source What the batch is made of.
   * @param makeJobs Makes the jobs, a line each; called only if there is no batch yet.
   * @throws {JournalError} When the batch in the folder is finished, or made of something else.
   */
  static async open(
    dir: string | undefined,
    source: Source,
    makeJobs: () => Promise<Buffer>,
  ): Promise<VentilatorJournal> {
    const newBatch = async () => new Batch(randomBytes(8).toString("hex"), await makeJobs());
    if (dir === undefined) return new VentilatorJournal(await newBatch(), []);
    const file = join(dir, "batch");
    const failures: Failure[] = [];
    const failuresFile = new AppendFile(join(dir, "failures"), {}, (line) => {
      if (line === END) {
        throw new JournalError(`the batch in ${dir} is finished; remove ${dir} to start another`);
      }
      failures.push(parseFailure(line));
    });
    if (existsSync(file)) {
      const batch = readBatch(file, dir, source);
      return new VentilatorJournal(batch, failures, failuresFile);
    }
    const batch = await newBatch();
    writeBatch(file, batch, source);
    return new VentilatorJournal(batch, [], failuresFile);
  }

  fail({ id, text }: Failure): void {
    this.#file?.append(toLines(`${id} ${text}`));
  }

  end(): void {
    this.#file?.append(toLines(END));
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }
}

const END = "# end";

function parseFailure(line: string): Failure {
  const [, id, text = ""] = /^(\d{1,10}) (.*)$/s.exec(line) ?? [];
  return { id: Number(id), text };
}

interface Header {
  readonly batch: string;
  readonly jobs: number;
  readonly source: Source;
}

/** Written elsewhere, synced and then put in its place: there is never a part of a batch. */
function writeBatch(file: string, batch: Batch, source: Source): void {
  const header: Header = { batch: batch.id, jobs: batch.jobs, source };
  const unfinished = `${file}.new`;
  try {
    const descriptor = openSync(unfinished, "w");
    for (const bytes of [toLines(JSON.stringify(header)), batch.bytes]) {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    }
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(unfinished, file);
  } catch (error) {
    throw journalError("write", file, error);
  }
}

function readBatch(file: string, dir: string, source: Source): Batch {
  const bytes = readFileSync(file);
  const begin = bytes.indexOf("\n") + 1;
  const { batch, jobs, source: recorded } = parseHeader(bytes.toString("utf8", 0, begin), file);
  if (!isSame(recorded, source)) {
    throw new JournalError(
      `${dir} holds an unfinished batch of other jobs, ${describe(recorded)} and not ${describe(source)}; ` +
        `remove ${dir} to drop it`,
    );
  }
  const read = new Batch(batch, bytes.subarray(begin));
  if (read.jobs !== jobs) throw new JournalError(`${file} has ${read.jobs} jobs, not ${jobs}`);
  return read;
}

function parseHeader(text: string, file: string): Header {
  try {
    return JSON.parse(text) as Header;
  } catch (cause) {
    throw new JournalError(`${file} is not the journal of a jobvent`, { cause });
  }
}

/** A seed that is not given now, or was not then, makes no difference; nor does what a pipe would bring. */
function isSame(one: Source, other: Source): boolean {
  const differs = (a: unknown, b: unknown) => a !== undefined && b !== undefined && a !== b;
  if ("input" in one && "input" in other) return !differs(one.sha256, other.sha256);
  if ("jobs" in one && "jobs" in other) return one.jobs === other.jobs && !differs(one.seed, other.seed);
  return false;
}

function describe(source: Source): string {
  if ("input" in source) {
    const content = source.sha256 === undefined ? "" : ` (SHA-256 ${source.sha256.slice(0, 12)}…)`;
    return `--input ${source.input}${content}`;
  }
  return `--jobs ${source.jobs}${source.seed === undefined ? "" : ` --seed ${source.seed}`}`;
}

/** Fingerprints what a batch is made of. */
export const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
