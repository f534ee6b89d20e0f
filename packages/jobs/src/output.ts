import { AppendFile } from "./append-file.js";
import type { CountedJobs } from "./sink.js";
import { forEachJob, type Line, toBytes } from "./wire.js";

/** How many lines of a journal to write at once. */
const AT_ONCE = 10_000;

/**
 * Where results are collected: a line `id<TAB>result` each. What a file had is replaced, because a sink that is started
 * again writes what its journal has once more. On stdout they wait in memory for their reader, however many they are:
 * what a role prints may be dropped, a result may not.
 *
 * @param file `-` for stdout; nothing for nowhere.
 */
export class Output implements Disposable {
  readonly #file: AppendFile | undefined;
  readonly #isStdout: boolean;

  constructor(file: string | undefined) {
    this.#isStdout = file === "-";
    if (file === undefined || file === "-") return;
    this.#file = new AppendFile(file, {});
    this.#file.clear();
  }

  get #isWanted(): boolean {
    return this.#isStdout || this.#file !== undefined;
  }

  /** Writes what a journal has. */
  restore(journal: CountedJobs): void {
    if (!this.#isWanted) return;
    let lines: Line[] = [];
    const write = (results: Line[]) => {
      this.write(results);
      lines = [];
    };
    journal.read(
      (line) => {
        lines.push(line);
        if (lines.length === AT_ONCE) write(lines);
      },
      () => {},
    );
    write(lines);
  }

  write(results: readonly Line[]): void {
    if (!this.#isWanted || results.length === 0) return;
    let text = "";
    forEachJob(results, (id, result) => (text += `${id}\t${result}\n`));
    const bytes = toBytes(text);
    if (this.#isStdout) process.stdout.write(bytes);
    this.#file?.append(bytes);
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }
}
