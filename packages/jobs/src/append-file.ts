import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { toBytes } from "./wire.js";

/** A journal that cannot be read or written, or holds something else than it should. */
export class JournalError extends Error {
  override name = "JournalError";
}

/** How much is read at once, in bytes. */
const CHUNK = 1024 * 1024;

/**
 * A file of lines that only grows. A process that is killed while it writes leaves an unfinished last line; that is
 * cut off when the file is opened again, because nobody has been told that it was written. Texts are latin1: bytes.
 */
export class AppendFile implements Disposable {
  readonly file: string;
  readonly #descriptor: number;
  readonly #sync: boolean;
  /** Up to where there are complete lines. */
  #size = 0;

  /**
   * Opens a file; makes it, and its folder, where there is none.
   *
   * @param sync Whether lines must also survive a power failure: `fdatasync` after each {@link append}.
   * @param onLine Called with each line that is there already.
   * @throws {JournalError} Naming the file, and why.
   */
  constructor(file: string, { sync = false }: { sync?: boolean }, onLine: (line: string) => void = () => {}) {
    this.file = file;
    this.#sync = sync;
    try {
      mkdirSync(dirname(file), { recursive: true });
      this.#descriptor = openSync(file, "a+");
      // Devices and pipes are written only
      if (!this.#isRegular) return;
      this.#read(onLine);
      if (fstatSync(this.#descriptor).size > this.#size) ftruncateSync(this.#descriptor, this.#size);
    } catch (error) {
      throw journalError("open", file, error);
    }
  }

  get #isRegular(): boolean {
    return fstatSync(this.#descriptor).isFile();
  }

  #read(onLine: (line: string) => void): void {
    const buffer = Buffer.alloc(CHUNK);
    let rest = "";
    for (let at = 0; ;) {
      const length = readSync(this.#descriptor, buffer, 0, CHUNK, at);
      if (length === 0) return;
      at += length;
      const lines = (rest + buffer.toString("latin1", 0, length)).split("\n");
      rest = lines.pop() ?? "";
      this.#size = at - rest.length;
      for (const line of lines) onLine(line);
    }
  }

  /** Calls a function with each line. */
  forEach(onLine: (line: string) => void): void {
    try {
      this.#read(onLine);
    } catch (error) {
      throw journalError("read", this.file, error);
    }
  }

  /**
   * Appends complete lines. When it returns they survive the end of this process.
   *
   * @throws {JournalError} When they cannot be written; a part of them may have been.
   */
  append(lines: Buffer): void {
    try {
      for (let at = 0; at < lines.length;) at += writeSync(this.#descriptor, lines, at);
      if (this.#sync) fdatasyncSync(this.#descriptor);
    } catch (error) {
      throw journalError("write", this.file, error);
    }
    this.#size += lines.length;
  }

  /** Removes everything. */
  clear(): void {
    if (this.#isRegular) ftruncateSync(this.#descriptor, 0);
    this.#size = 0;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/** A {@link JournalError} for what the system reported. */
export function journalError(action: string, file: string, error: unknown): Error {
  if (error instanceof JournalError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  const advice = code === "ENOSPC" ? "; nothing is lost: make room, and start it again" : "";
  return new JournalError(`cannot ${action} ${file}: ${message.replace(/,.*/s, "")}${advice}`, {
    cause: error,
  });
}

/** Texts as lines to {@link AppendFile.append}. */
export const toLines = (...texts: readonly string[]) => toBytes(texts.map((text) => `${text}\n`).join(""));
