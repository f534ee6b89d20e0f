import { join } from "node:path";
import { AppendFile, JournalError, toLines } from "./append-file.js";
import type { CountedJobs } from "./sink.js";
import { formatLine, formatLines, type Line, toBytes } from "./wire.js";

/**
 * The sink's journal, `results` in its folder, and the only truth about a batch:
 *
 *     # 0123456789abcdef 100     the batch, and how many jobs it has
 *     7 result                   a job and its result
 *     8-99                       jobs that follow one another and have the same result, here none
 *     !100 3 exit status 1         a dead job, how often it was tried, and why it failed
 *     # end                      all are there, and the ventilator knew
 */
export class SinkJournal implements CountedJobs, Disposable {
  batch: { readonly id: string; readonly jobs: number } | undefined;
  readonly #file: AppendFile;

  /**
   * @param sync Whether what is acknowledged must survive a power failure, too.
   * @throws {JournalError} When it cannot be read, or its batch is finished.
   */
  constructor(dir: string, { sync }: { sync: boolean }) {
    const file = join(dir, "results");
    let lines = 0;
    this.#file = new AppendFile(file, { sync }, (line) => {
      lines += 1;
      if (lines === 1) this.batch = parseHeader(line, file);
      else if (line === END) {
        throw new JournalError(
          `the batch in ${file} is finished; remove ${file}, or take another --journal, to collect another batch`,
        );
      }
    });
  }

  read(onResult: (line: Line) => void, onDead: (line: Line) => void): void {
    let number = 0;
    this.#file.forEach((text) => {
      number += 1;
      if (number === 1) return;
      const match = /^(!?)(\d{1,10})(?:-(\d{1,10}))?(?: (.*))?$/s.exec(text);
      const [, dead, first, last = first, rest = ""] = match ?? [];
      if (first === undefined) throw new JournalError(`line ${number} of ${this.#file.file} is malformed`);
      (dead === "!" ? onDead : onResult)({ first: Number(first), last: Number(last), text: rest });
    });
  }

  begin(id: string, jobs: number): void {
    this.#file.append(toLines(`# ${id} ${jobs}`));
    this.batch = { id, jobs };
  }

  append(results: readonly Line[], dead: readonly Line[]): void {
    const deadLines = toBytes(dead.map((line) => `!${formatLine(line)}`).join(""));
    this.#file.append(Buffer.concat([formatLines(results), deadLines]));
  }

  end(): void {
    this.#file.append(toLines(END));
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

const END = "# end";

function parseHeader(line: string, file: string) {
  const [, id, jobs] = /^# ([0-9a-f]{16}) (\d{1,10})$/.exec(line) ?? [];
  if (id === undefined)
    throw new JournalError(`${file} is not the journal of a jobsink: it begins with ${line}`);
  return { id, jobs: Number(jobs) };
}

/** No journal: if the sink ends, all is done again. */
const NO_JOURNAL: CountedJobs & Disposable = {
  read() {},
  begin() {},
  append() {},
  end() {},
  [Symbol.dispose]() {},
};

/** The sink's journal in a folder; without one, nothing is written. */
export function openSinkJournal({
  journal,
  sync,
}: {
  journal?: string | undefined;
  sync: boolean;
}): CountedJobs & Disposable {
  return journal === undefined ? NO_JOURNAL : new SinkJournal(journal, { sync });
}
