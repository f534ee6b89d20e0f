import { Request } from "zeromq";
import { connectEndpoints } from "../sockets/connecting.js";
import type { LoggedPeer } from "../sockets/connections/logged-peer.js";
import { Refusals } from "../sockets/connections/refusals.js";
import { type Lookups, type Replica, Replicas } from "../sockets/connections/replicas.js";
import type { SocketContext } from "../sockets/context.js";
import { isHostName } from "../sockets/endpoints.js";
import { monitor } from "../sockets/monitor.js";
import { observer, observerOf } from "../sockets/observer.js";
import { PeerMonitor } from "../sockets/peers.js";
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
  /** How to look up the names of servers. */
  lookups?: Lookups | undefined;
}

/** What a {@link LazyPirate} needs besides: its signal makes a waiting `send` or `receive` throw. */
export interface LazyPirateContext extends SocketContext {
  signal: AbortSignal;
}

/** A server, and the REQ socket that is connected to it. */
interface Server {
  readonly endpoint: string;
  /** How the log calls it. */
  readonly peer: LoggedPeer;
  socket: Request | undefined;
  /** Those that are connected by its socket. */
  peers: PeerMonitor | undefined;
  /** How many requests in a row it has not replied to. */
  failures: number;
  /** Until when it is passed over if there is another one; a time of `performance.now()`. */
  avoidUntil: number;
}

/** For how long a server that does not reply is passed over at most, in milliseconds. */
const LONGEST_AVOIDANCE = 60_000;

/** The pause before looking again for a server that can be sent to doubles up to this, in milliseconds. */
const LONGEST_LOOK = 100;

/**
 * REQ sockets that get a reply: the Guide's Lazy Pirate. A REQ socket is in lockstep, so one whose reply was lost can
 * never send again; it is then replaced by a fresh one, and the request is sent again. A late reply to an earlier try is
 * dropped with that try's socket. A server may therefore get a request twice.
 *
 * Of several servers each has a socket of its own, and those that are connected get the requests in turn. One that has
 * not replied is passed over for a while, twice as long each time. A name means all its addresses: each is a server, those
 * that it gets later too.
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
  readonly #lookups: Lookups | undefined;
  readonly #closing = new AbortController();
  #endpoints: readonly string[] = [];
  #servers: readonly Server[] = [];
  readonly #names: Replicas[] = [];
  #certificate: string | undefined;
  #refusals: Refusals | undefined;
  /** The server that has the request; none while it waits for one. */
  #current: Server | undefined;
  /** How many requests have been sent: whose turn it is. */
  #sent = 0;
  #request = "";
  /** How many times the request has been tried without a reply. */
  #failed = 0;
  /** When the present try began. */
  #tryingSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Ends the wait for a server. */
  #wake = () => {};

  constructor({ timeout, retries = Infinity, lookups }: LazyPirateOptions, context: LazyPirateContext) {
    this.#timeout = timeout;
    this.#retries = retries;
    this.#lookups = lookups;
    this.#context = context;
    context.signal.addEventListener("abort", this.#close);
  }

  /**
   * Connects to the servers (`zmq_connect`); a request goes to one that is connected.
   *
   * @param certificate The name of the servers' certificate.
   * @throws {EndpointError} Naming the first endpoint that cannot be connected to.
   * @throws {CertificateError} When there are keys, but not the server's.
   */
  connect(endpoints: readonly string[], certificate?: string): void {
    this.#certificate = certificate;
    this.#endpoints = endpoints;
    const refusals = (this.#refusals = new Refusals(endpoints, this.#context));
    for (const endpoint of new Set(endpoints)) {
      if (isHostName(endpoint)) this.#names.push(this.#follow(endpoint, refusals));
      else this.#add(endpoint, { label: endpoint, said: {} });
    }
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
      const server = this.#current;
      const socket = server?.socket;
      try {
        // None where the time was over before the reply was asked for
        if (server !== undefined && socket !== undefined) return await this.#receive(server, socket);
      } catch (error) {
        this.#context.signal.throwIfAborted();
        // When the time of a try is over its socket is closed, and fails
        if (server?.socket === socket) throw error;
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

  readonly #close = () => {
    this.#closing.abort();
    for (const { socket } of this.#servers) socket?.close();
    this.#wake();
  };

  /** Has a server at each address of a name. */
  #follow(endpoint: string, refusals: Refusals): Replicas {
    const find = (replica: Replica) => this.#servers.find(({ peer }) => peer === replica);
    const isConnected = (replica: Replica) => (find(replica)?.peers?.count ?? 0) > 0;
    return new Replicas(endpoint, {
      context: this.#context,
      refusals,
      lookups: this.#lookups,
      signal: this.#closing.signal,
      connect: (replica) => this.#add(replica.endpoint, replica),
      isConnected,
      disconnect: (replica) => {
        const server = find(replica);
        if (isConnected(replica) || (server === this.#current && this.#tryingSince !== undefined))
          return false;
        this.#servers = this.#servers.filter((other) => other !== server);
        server?.socket?.close();
        return true;
      },
    });
  }

  #add(endpoint: string, peer: LoggedPeer): true {
    const server: Server = {
      endpoint,
      peer,
      socket: undefined,
      peers: undefined,
      failures: 0,
      avoidUntil: 0,
    };
    server.socket = this.#open(server);
    this.#servers = [...this.#servers, server];
    return true;
  }

  #open(server: Server): Request {
    const { endpoint, peer } = server;
    // ZMQ_IMMEDIATE and ZMQ_SNDTIMEO: a send fails unless the server is connected
    const socket = new Request({ immediate: true, sendTimeout: 0 });
    server.peers = new PeerMonitor(socket, () => this.#wake());
    const details = { peer, ...(this.#refusals && { refusals: this.#refusals }) };
    connectEndpoints(socket, [endpoint], this.#context, this.#certificate, details);
    monitor(socket).on("connect:retry", () => {
      for (const name of this.#names) void name.attemptFailed();
    });
    return socket;
  }

  /** Sends the request: the beginning of a try. */
  async #try(): Promise<void> {
    for (;;) {
      this.#context.signal.throwIfAborted();
      this.#current = undefined;
      this.#tryingSince = performance.now();
      this.#timer ??= setTimeout(this.#checkTime, this.#timeout);
      let pause = 1;
      // The time is over once this is undefined
      while (this.#tryingSince !== undefined) {
        if (await this.#sendToOne()) return;
        // libzmq notices a new connection up to a millisecond after its event
        const isWoken = await this.#look(pause);
        pause = isWoken ? 1 : Math.min(LONGEST_LOOK, 2 * pause);
        this.#context.signal.throwIfAborted();
      }
      await this.#backOff();
    }
  }

  /** @returns Whether there was a server that the request could be sent to. */
  async #sendToOne(): Promise<boolean> {
    for (const server of this.#inTurn()) {
      server.socket ??= this.#open(server);
      try {
        await sSend(server.socket, this.#request);
        observerOf(server.socket)?.begin(this.#request);
        this.#current = server;
        this.#sent += 1;
        return true;
      } catch (error) {
        this.#context.signal.throwIfAborted();
        if (server.socket.closed || (error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
    }
    return false;
  }

  /** The servers, beginning with the one whose turn it is; those that did not reply come last. */
  #inTurn(): readonly Server[] {
    const servers = this.#servers;
    if (servers.length === 1) return servers;
    const turn = this.#sent % servers.length;
    const now = performance.now();
    const avoided = ({ avoidUntil }: Server) => Math.max(0, avoidUntil - now);
    return [...servers.slice(turn), ...servers.slice(0, turn)].toSorted((a, b) => avoided(a) - avoided(b));
  }

  /** @returns Whether the wait was ended, by a server that has been connected. */
  #look(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** Receives the reply: the end of a try. A spurious wake-up (see `messages`) is no failure. */
  async #receive(server: Server, socket: Request): Promise<Buffer[]> {
    for (;;) {
      try {
        const reply = await socket.receive();
        const watcher = observerOf(socket);
        watcher?.received();
        watcher?.end();
        this.#tryingSince = undefined;
        server.failures = 0;
        return reply;
      } catch (error) {
        if (socket.closed || (error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
    }
  }

  /**
   * Between two tries: waits for up to a tenth of the timeout, doubling with every try up to the timeout itself. At
   * random, so that the clients of a server that comes back do not all come at once.
   */
  async #backOff(): Promise<void> {
    const { signal, log } = this.#context;
    const [tried, timeout] = [(this.#failed += 1), this.#timeout];
    const all = this.#endpoints.join(", ");
    const [first] = this.#servers;
    if (this.#current === undefined && first?.socket !== undefined) {
      observerOf(first.socket)?.notSent(this.#request, timeout);
    }
    if (tried >= this.#retries) {
      throw new NoReplyError(`no reply from ${all}: tried ${tried} times, ${timeout} ms each`);
    }
    observer()?.retried();
    const asked = this.#current?.peer.label ?? all;
    log.warn({ tried, timeout }, `no reply from ${asked} within ${timeout} ms; trying again`);
    await sSleep(Math.random() * Math.min(timeout, (timeout / 10) * 2 ** (tried - 1)), signal);
  }

  // One timer serves all tries: it checks how long the present one has lasted, and is set again for the rest. With
  // ZMQ_RCVTIMEO zeromq.js would set one for each request. Timers run before I/O; behind setImmediate, a process that
  // was held up finds its reply first
  readonly #checkTime = () =>
    setImmediate(() => {
      this.#timer = undefined;
      if (this.#tryingSince === undefined) return;
      const left = this.#tryingSince + this.#timeout - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(this.#checkTime, left);
        return;
      }
      this.#tryingSince = undefined;
      if (this.#current !== undefined) this.#giveUpOn(this.#current);
      this.#wake();
    });

  /** A server has not replied. Its socket's receive fails then. */
  #giveUpOn(server: Server): void {
    server.failures += 1;
    const avoidance = Math.min(LONGEST_AVOIDANCE, this.#timeout * 2 ** server.failures);
    server.avoidUntil = performance.now() + avoidance;
    const { socket } = server;
    server.socket = undefined;
    if (socket === undefined) return;
    observerOf(socket)?.end("no reply");
    socket.linger = 0;
    socket.close();
  }
}
