import { AppendFile } from "./append-file.js";
import type { CountedJobs } from "./sink.js";
import type { Line } from "./wire.js";

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

  /** Writes what a journal has. */
  restore(journal: CountedJobs): void {
    if (this.#file === undefined && !this.#isStdout) return;
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
    if (results.length === 0) return;
    const text = results.map(({ id, text: result }) => `${id}\t${result}\n`).join("");
    const bytes = Buffer.from(text, "latin1");
    if (this.#isStdout) process.stdout.write(bytes);
    this.#file?.append(bytes);
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }
}
