import { Dealer, type Event, Pair, Publisher, Pull, Push, Request, type Socket, Subscriber } from "zeromq";
import type { SocketContext } from "../context.js";
import { setIpv6 } from "../defaults.js";
import { endpointError } from "../endpoints.js";
import { UnreachableError } from "../hosts.js";
import { connectInThread } from "../io-threads.js";
import { monitor } from "../monitor.js";
import type { LoggedPeer } from "./logged-peer.js";
import { type Peer, probePeer } from "./probe.js";
import type { Refusals } from "./refusals.js";
import { ConnectionReport } from "./report.js";
import { Route } from "./route.js";

/** After how long without a handshake a peer is asked which protocol it speaks, in milliseconds. */
const SLOW_HANDSHAKE = 500;

/** How long libzmq may take to announce that it connects again, in milliseconds. It takes less than one. */
const ANNOUNCED_WITHIN = 3000;

/** libzmq ignores a second connection of these to the same endpoint. */
const SINGLE = [Subscriber, Publisher, Request, Dealer];

/** Whether a socket queues messages for a peer that is not there: disconnecting drops them. */
export function isQueueing(socket: Socket): boolean {
  return socket instanceof Push || socket instanceof Dealer || socket instanceof Pair;
}

/** The events that tell what becomes of a connection. */
export const FOLLOWED = [
  "connect:delay",
  "connect",
  "connect:retry",
  "handshake",
  "handshake:error:auth",
  "handshake:error:protocol",
  "handshake:error:other",
  "disconnect",
] as const;

export type FollowedEvent = Extract<Event, { type: (typeof FOLLOWED)[number] }>;

type HandshakeError = Extract<FollowedEvent, { error: Error }>;

/** What the connections of a socket have in common. */
export interface Surroundings {
  socket: Socket;
  /** Without one, nothing is logged. */
  context: SocketContext | undefined;
  /** The name of the servers' certificate. */
  server: string;
  refusals: Refusals;
  /** Aborted when the socket has been closed. */
  closed: AbortSignal;
}

/**
 * A socket's connection to an endpoint. It follows what libzmq does, and connects again where libzmq does not: after a
 * handshake that failed, and when the peer has broken the protocol.
 */
export class Connection {
  /** What libzmq calls it in its events: the endpoint at first, then the address that it found. */
  address: string;
  readonly #endpoint: string;
  readonly #surroundings: Surroundings;
  readonly #peer: LoggedPeer;
  readonly #report: ConnectionReport;
  readonly #route: Route;
  #isOpen = false;
  #isUp = false;
  #wasEverUp = false;
  /** Whether it has ended, and libzmq has not announced that it connects again. */
  #hasEnded = false;
  /** Whether libzmq's present attempt has got as far as the peer's host. */
  #isReached = false;
  #failure: HandshakeError | undefined;
  /** How often it was repaired since the peer was there. */
  #repairs = 0;
  #isLooking = false;
  #slow: NodeJS.Timeout | undefined;
  #announced: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param peer How the log calls the peer at the endpoint. */
  constructor(
    endpoint: string,
    surroundings: Surroundings,
    peer: LoggedPeer = { label: endpoint, said: {} },
  ) {
    const { socket, context, server, closed } = surroundings;
    this.address = endpoint;
    this.#endpoint = endpoint;
    this.#surroundings = surroundings;
    this.#report = new ConnectionReport(peer, socket, context, server);
    this.#peer = peer;
    this.#route = new Route(endpoint, closed);
    closed.addEventListener("abort", () => {
      this.#clearSlow();
      clearTimeout(this.#announced);
    });
  }

  /**
   * Connects.
   *
   * @throws {EndpointError} When libzmq does not take the endpoint.
   */
  open(): void {
    // A message may be sent in the next moment
    if (this.#route.isUnknown) this.#route.resolveNow();
    this.#connect();
  }

  /**
   * Disconnects, unless that could lose anything: the connection is open, or the peer has left tasks that are not
   * received yet.
   *
   * @returns Whether it has.
   */
  close(): boolean {
    const { socket } = this.#surroundings;
    if (this.#isOpen || (this.#wasEverUp && socket instanceof Pull)) return false;
    try {
      socket.disconnect(this.#endpoint);
    } catch {
      // A socket takes no call while it binds an endpoint
      return false;
    }
    this.#isClosed = true;
    this.#clearSlow();
    clearTimeout(this.#announced);
    return true;
  }

  /** Whether there is a connection, with a handshake or without one yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** How likely an event that names this address is about this connection: 0 if it cannot be. */
  likelihood(address: string): number {
    const likelihood = 2 * this.#route.likelihood(address);
    return this.#isUp ? likelihood - 1 : likelihood;
  }

  handle(event: FollowedEvent): void {
    switch (event.type) {
      case "connect:delay":
        this.#isReached = true;
        break;
      case "connect":
        this.#onConnect();
        break;
      case "handshake":
        this.#onHandshake();
        break;
      case "disconnect":
        this.#onDisconnect();
        break;
      case "connect:retry":
        this.#onRetry();
        break;
      default:
        this.#failure = event;
    }
  }

  get #hasKeys(): boolean {
    return this.#surroundings.context?.keys !== undefined;
  }

  #onConnect(): void {
    this.#isOpen = true;
    this.#isReached = true;
    this.#failure = undefined;
    // With keys libzmq turns away a peer of an older protocol
    if (this.#hasKeys) return;
    const slow = setTimeout(() => void this.#identify(slow), SLOW_HANDSHAKE).unref();
    this.#slow = slow;
  }

  #onHandshake(): void {
    this.#clearSlow();
    this.#isUp = true;
    this.#wasEverUp = true;
    this.#repairs = 0;
    this.#surroundings.refusals.delete(this.#endpoint);
    this.#report.connected();
  }

  #onDisconnect(): void {
    const wasUp = this.#isUp;
    const failure = this.#failure;
    this.#clearSlow();
    this.#isOpen = false;
    this.#isUp = false;
    this.#hasEnded = true;
    this.#failure = undefined;
    if (wasUp) this.#report.lost();
    if (failure?.type === "handshake:error:other") {
      // libzmq connects again
      if (!wasUp) this.#onBrokenHandshake();
    } else if (wasUp && failure === undefined) {
      // It does so too, unless the peer has broken the protocol
      this.#announced = setTimeout(() => this.#onViolation(), ANNOUNCED_WITHIN).unref();
    } else {
      if (failure !== undefined) this.#onFailedHandshake(failure);
      else if (this.#report.isWorthReporting()) void this.#explain(true);
      this.#repair();
    }
  }

  /** libzmq announces that it will connect again: a connection has ended, or an attempt has failed. */
  #onRetry(): void {
    const hasEnded = this.#hasEnded;
    const isReached = this.#isReached;
    clearTimeout(this.#announced);
    this.#hasEnded = false;
    this.#isReached = false;
    if (hasEnded) return;
    this.#surroundings.refusals.delete(this.#endpoint);
    void this.#look(isReached);
  }

  #onBrokenHandshake(): void {
    this.#surroundings.refusals.delete(this.#endpoint);
    if (!this.#report.isWorthReporting()) return;
    if (this.#hasKeys) this.#report.brokenOff();
    else void this.#explain(false);
  }

  #onFailedHandshake({ type, error }: HandshakeError): void {
    const isMismatch = (error as NodeJS.ErrnoException).code === "ERR_ZMTP_MECHANISM_MISMATCH";
    if (type === "handshake:error:auth") {
      this.#onRefusal(`refused by ${this.#peer.label}: it does not know our key`);
    } else if (isMismatch && this.#hasKeys) {
      this.#onRefusal(`no connection to ${this.#peer.label}: it has no key, and we ask for one`);
    } else if (isMismatch) {
      this.#onRefusal(`refused by ${this.#peer.label}: it asks for a key (--curve-dir)`);
    } else {
      this.#surroundings.refusals.delete(this.#endpoint);
      if (this.#report.isWorthReporting()) this.#report.brokenOff();
    }
  }

  #onRefusal(reason: string): void {
    this.#report.problem(reason);
    this.#surroundings.refusals.add(this.#endpoint, reason);
  }

  #onViolation(): void {
    this.#report.violation();
    this.#repair();
  }

  #clearSlow(): void {
    clearTimeout(this.#slow);
    this.#slow = undefined;
  }

  /** libzmq does not tell of the handshake of a peer of an older protocol; so it is told of here. */
  async #identify(slow: NodeJS.Timeout): Promise<void> {
    const peer = await this.#probe();
    if (this.#slow !== slow) return;
    if (peer?.protocol === "none") this.#report.noHandshake(peer, true);
    if (peer?.protocol !== "older") return;
    this.#report.olderPeer();
    monitor(this.#surroundings.socket).emit("handshake", { type: "handshake", address: this.address });
  }

  async #explain(isFinal: boolean): Promise<void> {
    const peer = await this.#probe();
    if (!this.#isUp && !this.#surroundings.closed.aborted) this.#report.noHandshake(peer, isFinal);
  }

  async #probe(): Promise<Peer | undefined> {
    const { target } = this.#route;
    return target && (await probePeer(target));
  }

  /** Connects again, after a pause that doubles each time as libzmq's own does. */
  #repair(): void {
    const { socket } = this.#surroundings;
    if (socket.closed || this.#isClosed) return;
    const { reconnectInterval, reconnectMaxInterval } = socket;
    const pause = Math.min(reconnectMaxInterval, reconnectInterval * 2 ** this.#repairs);
    this.#repairs += 1;
    setTimeout(() => this.#connectAgain(), pause).unref();
  }

  #connectAgain(): void {
    const { socket } = this.#surroundings;
    if (socket.closed || this.#isClosed) return;
    try {
      // Disconnecting drops what has been received and not been read yet
      const mustDisconnect = !this.#wasEverUp || SINGLE.some((type) => socket instanceof type);
      if (mustDisconnect) socket.disconnect(this.#endpoint);
      this.#connect();
    } catch {
      // A socket takes no call while it binds an endpoint
      this.#repair();
    }
  }

  #connect(): void {
    const { socket } = this.#surroundings;
    this.address = this.#endpoint;
    this.#hasEnded = false;
    this.#isReached = false;
    setIpv6(socket, this.#route.family === 6);
    try {
      connectInThread(socket, this.#endpoint, this.#route.isLookedUp);
    } catch (error) {
      throw endpointError("connect to", this.#endpoint, error);
    }
  }

  /** Looks for another way to the peer after an attempt that failed. */
  async #look(isReached: boolean): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const family = await this.#route.findOther(isReached);
      if (family !== undefined) this.#switchTo(family);
    } catch (error) {
      if (error instanceof UnreachableError) this.#report.problem(error.message);
    } finally {
      this.#isLooking = false;
    }
  }

  #switchTo(family: 4 | 6): void {
    const { socket } = this.#surroundings;
    if (this.#isUp || (this.#wasEverUp && isQueueing(socket)) || socket.closed) return;
    socket.disconnect(this.#endpoint);
    this.#route.family = family;
    this.#connect();
  }
}
