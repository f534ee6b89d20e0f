import { Request } from "zeromq";
import { connectAll, type Guard } from "./endpoints.js";
import { sSleep } from "./zhelpers.js";

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
    this.#close();
  }

  readonly #close = () => this.#socket?.close();

  #connect(): Request {
    const { connect, timeout, server } = this.#options;
    // ZMQ_IMMEDIATE: wait for a connection rather than queue for a server that may never come.
    const socket = new Request({ immediate: true, sendTimeout: timeout, receiveTimeout: timeout });
    connectAll(socket, connect, this.#options, server);
    return socket;
  }

  /** One try: nothing where no reply came in time. */
  async #try(message: string): Promise<Buffer[] | undefined> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    const socket = (this.#socket ??= this.#connect());
    try {
      await socket.send(message);
      return await socket.receive();
    } catch (error) {
      signal.throwIfAborted();
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      socket.linger = 0;
      socket.close();
      this.#socket = undefined;
      return undefined;
    }
  }

  /** Up to a tenth of the timeout, doubling with every try up to the timeout itself; at random, so that the
   * clients of a server that comes back do not come all at once. */
  #backOff(tried: number): number {
    const { timeout } = this.#options;
    return Math.random() * Math.min(timeout, (timeout / 10) * 2 ** (tried - 1));
  }
}
