import { Request } from "zeromq";
import { connectAll, type Guard } from "./endpoints.js";
import { sSend, sSleep } from "./zhelpers.js";

/** No reply came, as often as it was tried. */
export class NoReplyError extends Error {
  override name = "NoReplyError";
}

export interface LazyPirateOptions extends Guard {
  /** Endpoints of the servers; a request goes to one that is connected. */
  connect: readonly string[];
  /** How long to wait for a reply before trying again, in milliseconds. */
  timeout: number;
  /** How often to try a request before giving up. None given: for ever. */
  retries?: number | undefined;
  signal: AbortSignal;
  /** The name of the servers' certificate. */
  server?: string | undefined;
}

/**
 * A REQ socket that gets its reply: the Guide's Lazy Pirate. A REQ socket is in lockstep, so one whose reply
 * was lost can never send again; this one is then replaced by a fresh one, and the request sent anew. A late
 * reply to an earlier try goes down with that try's socket. The server may therefore get a request twice.
 */
export class LazyPirate implements Disposable {
  readonly #options: LazyPirateOptions;
  #socket: Request | undefined;
  /** When the try under way has begun. */
  #tryingSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LazyPirateOptions) {
    this.#options = options;
    this.#socket = this.#connect();
    options.signal.addEventListener("abort", this.#close);
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @returns The frames of the reply.
   * @throws {NoReplyError} After `retries` tries, naming the endpoints.
   * @throws The signal's reason once it is aborted.
   */
  async request(message: string): Promise<Buffer[]> {
    const { connect, timeout, retries = Infinity, signal, log } = this.#options;
    const servers = connect.join(", ");
    for (let tried = 1; ; tried++) {
      const reply = await this.#try(message);
      if (reply !== undefined) return reply;
      if (tried >= retries) {
        throw new NoReplyError(`no reply from ${servers}: tried ${tried} times, ${timeout} ms each`);
      }
      log.warn({ tried, timeout }, `no reply from ${servers} within ${timeout} ms; trying again`);
      await sSleep(this.#backOff(tried), signal);
    }
  }

  [Symbol.dispose](): void {
    this.#options.signal.removeEventListener("abort", this.#close);
    clearTimeout(this.#timer);
    this.#close();
  }

  readonly #close = () => this.#socket?.close();

  #connect(): Request {
    const { connect, server } = this.#options;
    // ZMQ_IMMEDIATE: wait for a connection rather than queue for a server that may never come.
    const socket = new Request({ immediate: true });
    connectAll(socket, connect, this.#options, server);
    return socket;
  }

  /** One try: nothing where no reply came in time. */
  async #try(message: string): Promise<Buffer[] | undefined> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    const socket = (this.#socket ??= this.#connect());
    this.#tryingSince = performance.now();
    this.#timer ??= setTimeout(this.#look, this.#options.timeout);
    try {
      await sSend(socket, message);
      return await this.#receive(socket);
    } catch (error) {
      signal.throwIfAborted();
      if (this.#socket === socket) throw error;
      return undefined;
    } finally {
      this.#tryingSince = undefined;
    }
  }

  /** Goes on where it was woken up for nothing; `messages` tells why. */
  async #receive(socket: Request): Promise<Buffer[]> {
    for (;;) {
      try {
        return await socket.receive();
      } catch (error) {
        if (socket.closed || (error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
    }
  }

  // One timer serves all tries: it looks how long the present one has lasted, and is set anew for the rest. With
  // ZMQ_SNDTIMEO and ZMQ_RCVTIMEO zeromq.js would set two for each request. Timers run before what has come in is
  // received; behind setImmediate, a process that was held up finds its reply first
  readonly #look = () =>
    setImmediate(() => {
      this.#timer = undefined;
      if (this.#tryingSince === undefined || this.#socket === undefined) return;
      const left = this.#tryingSince + this.#options.timeout - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(this.#look, left);
        return;
      }
      // Its send or receive fails then
      this.#socket.linger = 0;
      this.#socket.close();
      this.#socket = undefined;
    });

  /** Up to a tenth of the timeout, doubling with every try up to the timeout itself; at random, so that the
   * clients of a server that comes back do not come all at once. */
  #backOff(tried: number): number {
    const { timeout } = this.#options;
    return Math.random() * Math.min(timeout, (timeout / 10) * 2 ** (tried - 1));
  }
}
