import { setImmediate as turn } from "node:timers/promises";
import type { Readable } from "zeromq";
import { observerOf, type SocketObserver } from "./observer.js";

/** No message arrived in time. */
export class ReceiveTimeoutError extends Error {
  override name = "ReceiveTimeoutError";
  constructor(milliseconds: number) {
    super(`no message within ${milliseconds} ms`);
  }
}

export interface ReceiveOptions {
  /** Ends the wait for a message; the socket is then closed: a pending receive cannot be withdrawn. */
  signal?: AbortSignal | undefined;
  /** How long to wait for each message, in milliseconds. Default: forever. */
  timeout?: number | undefined;
  /** Makes the error that is thrown then. Default: a {@link ReceiveTimeoutError}. */
  onTimeout?: ((milliseconds: number) => Error) | undefined;
  /** Called while no message arrives: after `idleAfter` ms, then each time the silence has doubled. */
  onIdle?: ((milliseconds: number) => void) | undefined;
  /** When to call `onIdle` first, in milliseconds. Default 2500. */
  idleAfter?: number | undefined;
  /**
   * For high rates: half as many messages again in the same time. Messages that have arrived are received in bursts,
   * with a `receiveTimeout` of 0 (`ZMQ_RCVTIMEO`) until there are no more, so the loop's body must not receive from
   * the socket itself.
   */
  burst?: boolean | undefined;
}

/** A socket that messages are received from. */
export type Source = Pick<Readable, "receive" | "receiveTimeout"> & {
  readonly closed: boolean;
  close(): void;
};

/** How many messages to receive in a burst; then the event loop turns. */
const BURST = 200;

/**
 * The messages of a socket, as they arrive, until the signal is aborted. The loop's body is never interrupted:
 * an abort while it runs ends the iteration before the next message.
 *
 * ```ts
 * for await (const [request] of messages(responder, { signal })) { … }
 * ```
 *
 * @throws The signal's reason once it is aborted.
 * @throws {ReceiveTimeoutError} When `timeout` is over, or what `onTimeout` makes. The socket is then closed.
 */
export function messages(socket: Source, options: ReceiveOptions = {}): AsyncIterableIterator<Buffer[]> {
  return new Messages(socket, options);
}

/** Written by hand: an async generator takes longer over a message than libzmq does. */
class Messages implements AsyncIterableIterator<Buffer[]> {
  readonly #socket: Source;
  readonly #options: ReceiveOptions;
  readonly #signal: AbortSignal | undefined;
  #observer: SocketObserver | undefined;
  #watch: NodeJS.Timeout | undefined;
  #started = false;
  #waitingSince: number | undefined;
  #failure: unknown;
  /** How many messages of the present burst may still be received. */
  #burst = 0;
  /** During a burst, the socket's own `receiveTimeout`. */
  #receiveTimeout: number | undefined;

  constructor(socket: Source, options: ReceiveOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#signal = options.signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer[]>> {
    this.#observer?.end();
    try {
      if (this.#burst > 0) return this.#receiveNext();
      if (!this.#started) this.#start();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#options.burst === true) return this.#newBurst();
      return this.#receive();
    } catch (error) {
      return this.#fail(error);
    }
  }

  return(): Promise<IteratorResult<Buffer[]>> {
    this.#end();
    return Promise.resolve({ value: undefined, done: true });
  }

  #start(): void {
    this.#signal?.throwIfAborted();
    this.#observer = observerOf(this.#socket);
    this.#signal?.addEventListener("abort", this.#abort);
    const silence = () => (this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince);
    this.#watch = watchSilence(silence, this.#options, this.#stop);
    this.#started = true;
  }

  #end(): void {
    this.#observer?.end();
    clearInterval(this.#watch);
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#waitingSince = undefined;
    this.#endBurst();
  }

  readonly #abort = () => this.#stop(this.#signal?.reason);

  readonly #stop = (reason: unknown) => {
    this.#failure ??= reason;
    this.#burst = 0;
    if (this.#waitingSince !== undefined) this.#socket.close();
  };

  #receiveNext(): Promise<IteratorResult<Buffer[]>> {
    this.#burst -= 1;
    return this.#socket.receive().then(this.#received, this.#failed);
  }

  #receive(): Promise<IteratorResult<Buffer[]>> {
    this.#waitingSince = performance.now();
    return this.#socket.receive().then(this.#received, this.#failed);
  }

  readonly #received = (value: Buffer[]): IteratorResult<Buffer[]> | Promise<never> => {
    this.#waitingSince = undefined;
    if (this.#observer !== undefined) {
      this.#observer.received();
      this.#observer.begin(value[0]);
    }
    // One that arrived just as the socket was closed could no longer be answered
    return this.#failure === undefined ? { value, done: false } : this.#fail(this.#failure);
  };

  readonly #failed = (error: unknown): Promise<IteratorResult<Buffer[]>> => {
    if (!this.#socket.closed && (error as NodeJS.ErrnoException).code === "EAGAIN") {
      // The burst is over
      if (this.#receiveTimeout !== undefined) return this.#receiveFirst();
      // A spurious wake-up: when a peer has been cut off in the middle of a message, zeromq.js finds no message where
      // libzmq announced one, and gives up
      if (this.#socket.receiveTimeout === -1) return this.#receive();
    }
    // Once closed, a socket that was waiting fails in one of several ways: EAGAIN, ENOTSOCK, EBADF
    return this.#fail(error);
  };

  /** Lets the event loop turn; a receive that may not wait never does. */
  async #newBurst(): Promise<IteratorResult<Buffer[]>> {
    this.#endBurst();
    await turn();
    return this.#failure === undefined ? this.#receiveFirst() : this.#fail(this.#failure);
  }

  /** Waits for a message; those behind it are received in a burst. */
  async #receiveFirst(): Promise<IteratorResult<Buffer[]>> {
    this.#endBurst();
    const result = await this.#receive();
    this.#receiveTimeout = this.#socket.receiveTimeout;
    this.#socket.receiveTimeout = 0;
    this.#burst = BURST;
    return result;
  }

  #endBurst(): void {
    this.#burst = 0;
    if (this.#receiveTimeout === undefined) return;
    if (!this.#socket.closed) this.#socket.receiveTimeout = this.#receiveTimeout;
    this.#receiveTimeout = undefined;
  }

  #fail(error: unknown): Promise<never> {
    this.#end();
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever the reason of an abort is
    return Promise.reject(this.#failure ?? error);
  }
}

/** The next message of a socket: {@link messages} for one. */
export async function receive(socket: Source, options: ReceiveOptions = {}): Promise<Buffer[]> {
  let message: Buffer[] = [];
  for await (message of messages(socket, options)) break;
  return message;
}

/** Checks the length of the silence a few times per deadline, so that a message costs no timer of its own. */
function watchSilence(
  silence: () => number,
  {
    timeout = Infinity,
    onTimeout = (after) => new ReceiveTimeoutError(after),
    onIdle,
    idleAfter = 2500,
  }: ReceiveOptions,
  stop: (reason: unknown) => void,
): NodeJS.Timeout | undefined {
  if (timeout === Infinity && onIdle === undefined) return undefined;
  let nextNotice = idleAfter;
  const check = () => {
    const milliseconds = Math.trunc(silence());
    if (milliseconds >= timeout) stop(onTimeout(timeout));
    if (milliseconds < idleAfter) nextNotice = idleAfter;
    else if (milliseconds >= nextNotice) {
      nextNotice *= 2;
      onIdle?.(milliseconds);
    }
  };
  // Timers run before I/O: a process that was held up finds its messages first
  return setInterval(() => setImmediate(check), Math.max(1, Math.min(timeout, idleAfter) / 10));
}
