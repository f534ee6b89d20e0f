import type { Readable } from "zeromq";
import { sClock } from "./zhelpers.js";

/** No message came in time. */
export class QuietError extends Error {
  override name = "QuietError";
  constructor(milliseconds: number) {
    super(`no message within ${milliseconds} ms`);
  }
}

export interface ReceiveOptions {
  /** Ends the wait for a message; the socket is then closed, for a receive under way cannot be withdrawn. */
  signal?: AbortSignal | undefined;
  /** How long to wait for each message, in milliseconds. None given: for ever. */
  timeout?: number | undefined;
  /** Makes the error that is thrown then. Default: a {@link QuietError}. */
  onTimeout?: ((milliseconds: number) => Error) | undefined;
  /** Called while no message comes: after `quietAfter` ms, then each time the silence has doubled. */
  onQuiet?: ((milliseconds: number) => void) | undefined;
  /** When to call `onQuiet` first, in milliseconds. Default 2500. */
  quietAfter?: number | undefined;
}

type Source = Pick<Readable, "receive" | "receiveTimeout"> & { readonly closed: boolean; close(): void };

/**
 * The messages of a socket, as they come, until the signal is aborted. The loop's body is never interrupted:
 * an abort while it runs ends the iteration before the next message.
 *
 * ```ts
 * for await (const [request] of messages(responder, { signal })) { … }
 * ```
 *
 * @throws The signal's reason once it is aborted.
 * @throws {QuietError} When `timeout` is over, or what `onTimeout` makes. The socket is then closed.
 */
export async function* messages(
  socket: Source,
  { signal, ...watching }: ReceiveOptions = {},
): AsyncGenerator<Buffer[], never, undefined> {
  let waitingSince: number | undefined;
  let failure: unknown;
  const stop = (reason: unknown) => {
    failure ??= reason;
    if (waitingSince !== undefined) socket.close();
  };
  const abort = () => stop(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", abort);
  const watch = watchSilence(
    () => (waitingSince === undefined ? 0 : sClock() - waitingSince),
    watching,
    stop,
  );
  try {
    for (;;) {
      waitingSince = sClock();
      const message = await next(socket);
      waitingSince = undefined;
      // One that came just as the socket was closed could not be answered any more
      if (failure === undefined) yield message;
      if (failure !== undefined) throw failure;
    }
  } catch (error) {
    // Once closed, a socket that was waiting fails in one of several ways: EAGAIN, ENOTSOCK, EBADF.
    throw failure ?? error;
  } finally {
    clearInterval(watch);
    waitingSince = undefined;
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * Receives, and goes on receiving where it was woken up for nothing: when a peer has been cut off in the middle
 * of a message, zeromq.js finds no message where libzmq announced one, and gives up with EAGAIN.
 */
async function next(socket: Source): Promise<Buffer[]> {
  for (;;) {
    try {
      return await socket.receive();
    } catch (error) {
      const timedOut = socket.closed || socket.receiveTimeout !== -1;
      if (timedOut || (error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

/** The next message of a socket: {@link messages} for one. */
export async function receive(socket: Source, options: ReceiveOptions = {}): Promise<Buffer[]> {
  let message: Buffer[] = [];
  for await (message of messages(socket, options)) break;
  return message;
}

/** Looks at the length of the silence a few times per deadline, so that a message costs no timer of its own. */
function watchSilence(
  silence: () => number,
  {
    timeout = Infinity,
    onTimeout = (after) => new QuietError(after),
    onQuiet,
    quietAfter = 2500,
  }: ReceiveOptions,
  stop: (reason: unknown) => void,
): NodeJS.Timeout | undefined {
  if (timeout === Infinity && onQuiet === undefined) return undefined;
  let nextNotice = quietAfter;
  const look = () => {
    const milliseconds = silence();
    if (milliseconds >= timeout) stop(onTimeout(timeout));
    if (milliseconds < quietAfter) nextNotice = quietAfter;
    else if (milliseconds >= nextNotice) {
      nextNotice *= 2;
      onQuiet?.(milliseconds);
    }
  };
  // Timers run before what has come in is received: a process that was held up finds its messages first
  return setInterval(() => setImmediate(look), Math.max(1, Math.min(timeout, quietAfter) / 10));
}
