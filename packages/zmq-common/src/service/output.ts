/** stdout and stderr, written to without waiting for their readers. */

/** How many characters may wait for the reader of an output: some 70,000 lines. */
const LIMIT = 1024 * 1024;

type Stream = NodeJS.WriteStream & {
  readonly fd: number;
  /** Internal to Node.js. */
  readonly _handle?: { readonly fd: number; setBlocking(blocking: boolean): void };
};

/** What a stream fails with when nobody can read any more: a closed pipe or socket. */
const CLOSED = new Set(["EPIPE", "ECONNRESET"]);

/**
 * stdout or stderr, written to without waiting: whoever reads it may stand still, be it a terminal after Ctrl-S, a
 * pager, or a collector of logs, and must not stop a role. What it has not read waits, up to a million characters; what
 * does not fit is dropped, and counted.
 *
 * A file is written to at once. So is a terminal that the process may not open (it belongs to another user, after
 * `su`), and the console of Windows: these do stop it.
 */
export class Output {
  /** Called when all that has waited is read, with how many texts were dropped, if there are any. */
  onDropped: (count: number) => void = () => {};
  /** Called when it cannot be written to, but for {@link Output.onClosed}. */
  onError: (error: Error) => void = () => {};
  /** Called when its reader has closed it. */
  onClosed: (error: Error) => void = () => {};
  readonly #open: () => Stream;
  #opened: Stream | undefined;
  /** What waits behind that which the stream has; as one text it takes a third of what thousands take there. */
  #waiting = "";
  #dropped = 0;

  /** @param open Gives `process.stdout` or `process.stderr`. It takes Node.js a while to make it, so not before it is used. */
  constructor(open: () => Stream) {
    this.#open = open;
  }

  get #stream(): Stream {
    return (this.#opened ??= this.#prepare(this.#open()));
  }

  #prepare(stream: Stream): Stream {
    neverBlock(stream);
    stream.on("drain", () => this.#resume());
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (CLOSED.has(error.code ?? "")) this.onClosed(error);
      // A terminal that is closed also sends SIGHUP, and whoever ignores that wants to go on
      else if (!stream.isTTY) this.onError(error);
    });
    return stream;
  }

  /** How many characters still wait for their reader. */
  get waiting(): number {
    return (this.#opened?.writableLength ?? 0) + this.#waiting.length;
  }

  write(text: string): void {
    if (!this.#stream.writableNeedDrain) this.#stream.write(text);
    else if (this.#waiting.length < LIMIT) this.#waiting += text;
    else this.#dropped += 1;
  }

  #resume(): void {
    const text = this.#waiting;
    this.#waiting = "";
    if (text !== "") this.#stream.write(text);
    // The text may be long: then it drains once more
    if (this.#dropped === 0 || this.#stream.writableNeedDrain) return;
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.onDropped(dropped);
  }
}

/**
 * Node.js writes to pipes and sockets without waiting, but to terminals with. libuv can do without as well, where it
 * has opened the terminal once more for itself; where it has not, all processes on that terminal would be concerned.
 */
function neverBlock({ isTTY, fd, _handle: handle }: Stream): void {
  if (isTTY && process.platform !== "win32" && handle !== undefined && handle.fd !== fd) {
    handle.setBlocking(false);
  }
}
