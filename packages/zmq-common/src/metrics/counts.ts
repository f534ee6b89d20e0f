import type { Socket } from "zeromq";
import { socketTypes } from "../sockets/connections/socket-types.js";
import type { Observer, Side, SocketObserver } from "../sockets/observer.js";
import { PeerMonitor } from "../sockets/peers.js";
import type { Metric, Sample } from "./metric.js";

const OF_SOCKETS = ["socket", "side"];

const PEERS: Metric = {
  name: "zeromq_peers",
  type: "gauge",
  help: "Peers that are connected, by socket type and by the side that this role is",
  labels: OF_SOCKETS,
};

const RECEIVED: Metric = {
  name: "zeromq_messages_received_total",
  type: "counter",
  help: "Messages received",
  labels: OF_SOCKETS,
};

const SENT: Metric = {
  name: "zeromq_messages_sent_total",
  type: "counter",
  help: "Messages handed to libzmq for sending; of a publisher, those that somebody has subscribed to",
  labels: OF_SOCKETS,
};

const MADE: Metric = {
  name: "zeromq_messages_made_total",
  type: "counter",
  help: "Messages that a publisher has made, for subscribers or for nobody",
};

const MALFORMED: Metric = {
  name: "zeromq_malformed_messages_total",
  type: "counter",
  help: "Messages received that could not be read",
};

const RETRIES: Metric = {
  name: "zeromq_request_retries_total",
  type: "counter",
  help: "Requests tried again because no reply came in time",
};

/** What sockets of one type and side have done, those that are closed too. */
class SocketCounts implements SocketObserver {
  readonly type: string;
  readonly side: Side;
  messagesReceived = 0;
  messagesSent = 0;

  constructor(type: string, side: Side) {
    this.type = type;
    this.side = side;
  }

  received(): void {
    this.messagesReceived += 1;
  }

  sent(): void {
    this.messagesSent += 1;
  }

  begin(): void {}

  end(): void {}

  notSent(): void {}
}

/** A socket that is open, as far as it is known. */
interface OpenSocket {
  readonly counts: SocketCounts;
  readonly peers: PeerMonitor;
  isBound: boolean;
  endpoints: readonly string[];
}

/** Counts what the sockets of this process do, for `--metrics`: a message costs an addition. */
export class Counts implements Observer {
  /** What the role counts by itself. */
  measure: () => Iterable<Sample> = () => [];
  readonly #open = new Map<Socket, OpenSocket>();
  readonly #bySocket = new WeakMap<object, SocketCounts>();
  /** In the order of their first sockets. */
  readonly #counts: SocketCounts[] = [];
  /** The socket that was asked for last: it will be asked for again. */
  #latest: { socket: object; counts: SocketCounts | undefined } | undefined;
  #isStopping = false;
  #malformed = 0;
  #retries = 0;
  #made = 0;

  opened(socket: Socket, side: Side): void {
    // It is bound and connected
    if (this.#bySocket.has(socket)) return;
    // Nobody may ask for long
    this.#forgetClosed();
    const counts = this.#countsOf(socketTypes(socket).own, side);
    this.#bySocket.set(socket, counts);
    this.#open.set(socket, { counts, peers: new PeerMonitor(socket), isBound: false, endpoints: [] });
    this.#latest = undefined;
  }

  bound(socket: Socket): void {
    const open = this.#open.get(socket);
    if (open !== undefined) open.isBound = true;
  }

  connected(socket: Socket, endpoints: readonly string[]): void {
    const open = this.#open.get(socket);
    if (open !== undefined) open.endpoints = [...open.endpoints, ...endpoints];
  }

  of(socket: object): SocketObserver | undefined {
    if (this.#latest?.socket !== socket) this.#latest = { socket, counts: this.#bySocket.get(socket) };
    return this.#latest.counts;
  }

  malformed(): void {
    this.#malformed += 1;
  }

  retried(): void {
    this.#retries += 1;
  }

  made(messages: number): void {
    this.#made += messages;
  }

  #countsOf(type: string, side: Side): SocketCounts {
    const known = this.#counts.find((each) => each.type === type && each.side === side);
    if (known !== undefined) return known;
    const counts = new SocketCounts(type, side);
    this.#counts.push(counts);
    return counts;
  }

  #forgetClosed(): void {
    for (const socket of this.#open.keys()) if (socket.closed) this.#open.delete(socket);
  }

  #openSockets(): OpenSocket[] {
    this.#forgetClosed();
    return [...this.#open.values()];
  }

  /** The role is about to end. */
  stop(): void {
    this.#isStopping = true;
  }

  /** All values now. */
  *samples(): Generator<Sample> {
    const open = this.#openSockets();
    for (const counts of this.#counts) {
      const labels = { socket: counts.type, side: counts.side };
      yield { metric: PEERS, value: countPeers(open.filter((each) => each.counts === counts)), labels };
      yield { metric: RECEIVED, value: counts.messagesReceived, labels };
      yield { metric: SENT, value: counts.messagesSent, labels };
    }
    yield { metric: MADE, value: this.#made };
    yield { metric: MALFORMED, value: this.#malformed };
    yield { metric: RETRIES, value: this.#retries };
    yield* this.measure();
  }

  /**
   * Why the role is not ready: it has not bound its sockets, or those of a type that it connects have no peer, or it
   * is about to end. Nothing if it is.
   */
  unreadiness(): string | undefined {
    if (this.#isStopping) return "stopping";
    const open = this.#openSockets();
    if (open.length === 0) return "no socket is open";
    const unbound = open.find(({ counts: { side }, isBound }) => side === "bind" && !isBound);
    if (unbound !== undefined) return `${unbound.counts.type} is not bound yet`;
    for (const counts of this.#counts) {
      const sockets = open.filter((each) => each.counts === counts);
      if (counts.side === "bind" || sockets.length === 0 || countPeers(sockets) > 0) continue;
      const endpoints = sockets.flatMap((each) => each.endpoints);
      return `${counts.type} has no peer at ${endpoints.join(", ")}`;
    }
    return undefined;
  }
}

function countPeers(sockets: readonly OpenSocket[]): number {
  return sockets.reduce((sum, { peers }) => sum + peers.count, 0);
}
