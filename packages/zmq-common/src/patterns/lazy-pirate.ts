import { Request } from "zeromq";
import { connectEndpoints } from "../sockets/connecting.js";
import type { SocketContext } from "../sockets/context.js";
import { sSend, sSleep } from "../zhelpers/zhelpers.js";

/** No reply arrived in any of the tries. */
export class NoReplyError extends Error {
  override name = "NoReplyError";
}

export interface LazyPirateOptions {
  /** How long to wait for a reply before trying again, in milliseconds. */
  timeout: number;
  /** How often to try a request before giving up. Default: tries forever. */
  retries?: number | undefined;
}

/** What a {@link LazyPirate} needs besides: its signal makes a waiting `send` or `receive` throw. */
export interface LazyPirateContext extends SocketContext {
  signal: AbortSignal;
}

/**
 * A REQ socket that gets its reply: the Guide's Lazy Pirate. A REQ socket is in lockstep, so one whose reply was lost
 * can never send again; it is then replaced by a fresh one, and the request is sent again. A late reply to an earlier
 * try is dropped with that try's socket. The server may therefore get a request twice.
 *
 * ```ts
 * using requester = new LazyPirate({ timeout: 2500 }, context);
 * requester.connect(["tcp://localhost:5555"]);
 * await requester.send("Hello");
 * const [reply] = await requester.receive();
 * ```
 */
export class LazyPirate implements Disposable {
  readonly #timeout: number;
  readonly #retries: number;
  readonly #context: LazyPirateContext;
  #endpoints: readonly string[] = [];
  #server: string | undefined;
  #socket: Request | undefined;
  #request = "";
  /** How many times the request has been tried without a reply. */
  #failed = 0;
  /** When the present try began. */
  #tryingSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor({ timeout, retries = Infinity }: LazyPirateOptions, context: LazyPirateContext) {
    this.#timeout = timeout;
    this.#retries = retries;
    this.#context = context;
    context.signal.addEventListener("abort", this.#close);
  }

  /**
   * Connects to the servers (`zmq_connect`); a request goes to one that is connected.
   *
   * @param server The name of the servers' certificate.
   * @throws {EndpointError} Naming the first malformed endpoint.
   * @throws {CertificateError} When there are keys, but not the server's.
   */
  connect(endpoints: readonly string[], server?: string): void {
    this.#endpoints = endpoints;
    this.#server = server;
    this.#socket = this.#connect();
  }

  /**
   * Sends a request (`zmq_send`), as soon as a server is connected.
   *
   * @throws {NoReplyError} After `retries` tries, naming the endpoints.
   * @throws The signal's reason once it is aborted.
   */
  send(request: string): Promise<void> {
    this.#request = request;
    this.#failed = 0;
    return this.#try();
  }

  /**
   * Receives the reply (`zmq_recv`). While none arrives in time, sends the request again.
   *
   * @returns The frames of the reply.
   * @throws {NoReplyError} After `retries` tries, naming the endpoints.
   * @throws The signal's reason once it is aborted.
   */
  async receive(): Promise<Buffer[]> {
    for (;;) {
      const socket = this.#socket;
      try {
        // None where the time was over before the reply was asked for
        if (socket !== undefined) return await this.#receive(socket);
      } catch (error) {
        this.#throwUnlessOver(socket, error);
      }
      await this.#backOff();
      await this.#try();
    }
  }

  [Symbol.dispose](): void {
    this.#context.signal.removeEventListener("abort", this.#close);
    clearTimeout(this.#timer);
    this.#close();
  }

  readonly #close = () => this.#socket?.close();

  #connect(): Request {
    // ZMQ_IMMEDIATE: wait for a connection rather than queue for a server that may never come.
    const socket = new Request({ immediate: true });
    connectEndpoints(socket, this.#endpoints, this.#context, this.#server);
    return socket;
  }

  /** Sends the request: the beginning of a try. */
  async #try(): Promise<void> {
    for (;;) {
      this.#context.signal.throwIfAborted();
      const socket = (this.#socket ??= this.#connect());
      this.#tryingSince = performance.now();
      this.#timer ??= setTimeout(this.#checkTime, this.#timeout);
      try {
        await sSend(socket, this.#request);
        return;
      } catch (error) {
        this.#throwUnlessOver(socket, error);
      }
      await this.#backOff();
    }
  }

  /** Receives the reply: the end of a try. A spurious wake-up (see `messages`) is no failure. */
  async #receive(socket: Request): Promise<Buffer[]> {
    for (;;) {
      try {
        const reply = await socket.receive();
        this.#tryingSince = undefined;
        return reply;
      } catch (error) {
        if (socket.closed || (error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
    }
  }

  /** When the time of a try is over its socket is closed, and fails; an error of any other cause is thrown. */
  #throwUnlessOver(socket: Request | undefined, error: unknown): void {
    this.#context.signal.throwIfAborted();
    if (this.#socket === socket) throw error;
  }

  /**
   * Between two tries: waits for up to a tenth of the timeout, doubling with every try up to the timeout itself. At
   * random, so that the clients of a server that comes back do not all come at once.
   */
  async #backOff(): Promise<void> {
    const { signal, log } = this.#context;
    const [tried, timeout] = [(this.#failed += 1), this.#timeout];
    const servers = this.#endpoints.join(", ");
    if (tried >= this.#retries) {
      throw new NoReplyError(`no reply from ${servers}: tried ${tried} times, ${timeout} ms each`);
    }
    log.warn({ tried, timeout }, `no reply from ${servers} within ${timeout} ms; trying again`);
    await sSleep(Math.random() * Math.min(timeout, (timeout / 10) * 2 ** (tried - 1)), signal);
  }

  // One timer serves all tries: it checks how long the present one has lasted, and is set again for the rest. With
  // ZMQ_SNDTIMEO and ZMQ_RCVTIMEO zeromq.js would set two for each request. Timers run before I/O; behind
  // setImmediate, a process that was held up finds its reply first
  readonly #checkTime = () =>
    setImmediate(() => {
      this.#timer = undefined;
      if (this.#tryingSince === undefined || this.#socket === undefined) return;
      const left = this.#tryingSince + this.#timeout - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(this.#checkTime, left);
        return;
      }
      // Its send or receive fails then
      this.#socket.linger = 0;
      this.#socket.close();
      this.#socket = undefined;
      this.#tryingSince = undefined;
    });
}
