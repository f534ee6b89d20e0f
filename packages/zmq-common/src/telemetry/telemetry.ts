import { hostname, networkInterfaces } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { type Socket, XPublisher } from "zeromq";
import { connectEndpoints } from "../sockets/connecting.js";
import { socketTypes } from "../sockets/connections/socket-types.js";
import type { SocketContext } from "../sockets/context.js";
import { monitor } from "../sockets/monitor.js";
import { type Observer, observeSockets, type SocketObserver } from "../sockets/observer.js";
import { now, tenths, WatchedSocket } from "./watched-socket.js";
import {
  formatTelemetry,
  LABELS,
  type LogLevel,
  MAX_ADDRESSES,
  MAX_SHOWN,
  MAX_SOCKETS,
  type NodeMessage,
  type TelemetryMessage,
} from "./wire.js";

/** How often spans are told, in milliseconds: of a worker that is killed those are lost that were not. */
const FLUSH = 40;

/** How often counts are told: at every so many flushes. */
const TICK = 5;

/** For how long spans are kept at the start although nobody looks, in milliseconds: the connection takes its time. */
const HEAD_START = 2000;

/** How long a role has the processor to itself at its start, for its own sockets and its first message, in milliseconds. */
const AFTER_START = 20;

/** How long the end may wait for the last messages to be sent, in milliseconds. */
const LINGER = 200;

/** How long a role that is over before it was found by who looks waits for that, in milliseconds. */
const SHORT_LIFE = 300;

/** How long subscriptions may take to arrive on a new connection, in milliseconds: they come right behind its handshake. */
const FIRST_SUBSCRIPTION = 20;

/** What a role has to show by itself, at most {@link MAX_SHOWN} lines: a label, how many, and a value. */
export type Shown = Iterable<readonly [label: string, count: number, value: number]>;

/**
 * Tells a page what this process does: it connects an XPUB socket to the page's SUB socket. While nobody looks, nothing
 * is sent, and messages are counted only.
 */
export class Telemetry implements Observer {
  /** What the role has to show. */
  show: () => Shown = () => [];
  readonly #publisher = new XPublisher({
    // Nothing queues up for a page that is gone, and its subscriptions end with it
    immediate: true,
    // A publisher never waits; each send is done at once
    sendTimeout: 0,
  });
  readonly #endpoint: string;
  readonly #context: SocketContext;
  readonly #node: Omit<NodeMessage, "sockets" | "host">;
  readonly #sockets: WatchedSocket[] = [];
  readonly #bySocket = new WeakMap<object, WatchedSocket>();
  /** The socket that was asked for last: it will be asked for again. */
  #latest: { socket: object; watched: WatchedSocket | undefined } | undefined;
  readonly #topics = new Set<string>();
  /** Until it is connected. */
  #connecting: NodeJS.Timeout | undefined;
  #headStart: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushes = 0;
  #flushedAt = 0;
  #lag = 0;
  #malformed = 0;
  #made = 0;
  /** Called when somebody looks, or it is known that nobody does. */
  #onFound = () => {};
  readonly #found = new Promise<void>((resolve) => (this.#onFound = resolve));
  readonly #stopObserving: () => void;

  /**
   * @param role The name of the role.
   * @param endpoint Where the page is.
   * @param context With keys, the page must prove its own (CURVE): it is called `dashboard`.
   */
  constructor(role: string, endpoint: string, context: SocketContext) {
    this.#endpoint = endpoint;
    this.#context = context;
    // The first use of `performance` takes a millisecond, which a role may spend later
    const time = Date.now();
    const started = tenths(time - process.uptime() * 1000);
    // Of its own, and no secret: node:crypto would take 3 ms to load
    const id = `${role}-${time}-${Math.random().toString(36).slice(2)}`;
    this.#node = { topic: "node", v: 1, id, role, pid: process.pid, started };
    this.#connecting = setTimeout(() => this.#connect(), AFTER_START).unref();
    this.#headStart = setTimeout(() => this.#look(), HEAD_START).unref();
    this.#stopObserving = observeSockets(this);
  }

  #connect(): void {
    if (this.#connecting === undefined) return;
    clearTimeout(this.#connecting);
    this.#connecting = undefined;
    const events = monitor(this.#publisher);
    events.once("handshake", () => setTimeout(this.#onFound, FIRST_SUBSCRIPTION).unref());
    // There is no page
    events.once("connect:retry", this.#onFound);
    try {
      connectEndpoints(this.#publisher, [this.#endpoint], this.#context, "dashboard", { observed: false });
      this.#publisher.linger = LINGER;
      void this.#receiveSubscriptions();
    } catch (error) {
      this.#stopObserving();
      this.#publisher.close();
      this.#onFound();
      this.#context.onFatalError(error as Error);
    }
  }

  opened(socket: Socket): void {
    // It is bound and connected
    if (this.#bySocket.has(socket)) return;
    this.#bySocket.set(socket, new WatchedSocket(socket, this.#describe(socket)));
    this.#latest = undefined;
  }

  #describe(socket: Socket) {
    const type = socketTypes(socket).own;
    return { name: "", type, binds: [] as string[], connects: [] as string[] };
  }

  bound(socket: Socket, endpoints: readonly string[]): void {
    this.#add(socket, "binds", endpoints);
  }

  connected(socket: Socket, endpoints: readonly string[]): void {
    this.#add(socket, "connects", endpoints);
  }

  #add(socket: Socket, side: "binds" | "connects", endpoints: readonly string[]): void {
    const watched = this.#bySocket.get(socket);
    if (watched === undefined) return;
    const { type } = watched.info;
    watched.info[side].push(...endpoints);
    const closed = this.#sockets.filter(({ info, socket: { closed: is } }) => is && info.type === type);
    const isFull = this.#sockets.length >= MAX_SOCKETS;
    const earlier =
      closed.find(({ info }) => String(info[side]) === String(endpoints)) ?? (isFull ? closed[0] : undefined);
    if (earlier !== undefined) {
      // REQ is replaced by a fresh socket when a reply is lost; for those who look it is the same
      earlier.info[side] = [...endpoints];
      earlier.replace(socket);
      this.#bySocket.set(socket, earlier);
      this.#latest = undefined;
      return;
    }
    if (this.#sockets.includes(watched) || isFull) return;
    const namesakes = this.#sockets.filter(({ info }) => info.type === type).length;
    watched.info.name = namesakes === 0 ? type : `${type} ${namesakes + 1}`;
    watched.timing = this.#isTiming;
    watched.labels = this.#hasLabels;
    this.#sockets.push(watched);
    this.#tellNode();
  }

  of(socket: object): SocketObserver | undefined {
    if (this.#latest?.socket !== socket) this.#latest = { socket, watched: this.#bySocket.get(socket) };
    return this.#latest.watched;
  }

  malformed(): void {
    this.#malformed += 1;
  }

  /** The outcome of a span tells it. */
  retried(): void {}

  made(count: number): void {
    this.#made += count;
  }

  /** Tells what the role logs. */
  log(level: LogLevel, text: string): void {
    this.#send({ topic: "log", id: this.#node.id, t: tenths(now()), level, text: text.slice(0, 500) });
  }

  /** Tells the last of it, and that it was the last. */
  async end(code: number): Promise<void> {
    this.#stopObserving();
    for (const watched of this.#sockets) watched.end();
    this.#connect();
    if (this.#headStart !== undefined && !this.#isWatched) await this.#waitForWatcher();
    clearTimeout(this.#headStart);
    clearInterval(this.#timer);
    if (this.#publisher.closed) return;
    if (this.#isWatched) {
      this.#flush(true);
      this.#send({ ...this.#describeNode(), state: "ended", code });
    }
    this.#publisher.close();
  }

  async #waitForWatcher(): Promise<void> {
    const patience = setTimeout(this.#onFound, SHORT_LIFE);
    await this.#found;
    clearTimeout(patience);
    // Its other subscriptions are right behind
    if (this.#isWatched) await turn();
  }

  /** Not by `messages`, whose end costs more than the rest: this is a part of the shortest life. */
  async #receiveSubscriptions(): Promise<void> {
    while (!this.#publisher.closed) {
      try {
        const [frame] = await this.#publisher.receive();
        const topic = frame?.toString("latin1", 1) ?? "";
        const isSubscription = frame?.[0] === 1;
        if (isSubscription) this.#topics.add(topic);
        else this.#topics.delete(topic);
        this.#look();
        if (isSubscription && "node".startsWith(topic)) this.#tellNode();
        this.#onFound();
      } catch (error) {
        // Closed while it waits, it fails in one of several ways; EAGAIN is a spurious wake-up
        if (this.#publisher.closed || (error as NodeJS.ErrnoException).code === "EAGAIN") continue;
        return this.#context.onFatalError(error as Error);
      }
    }
  }

  get #isWatched(): boolean {
    return this.#topics.size > 0;
  }

  get #isTiming(): boolean {
    return this.#isWatched || this.#headStart !== undefined;
  }

  get #hasLabels(): boolean {
    return this.#topics.has(LABELS) || this.#headStart !== undefined;
  }

  /** Somebody has begun to look, or nobody does any more. */
  #look(): void {
    clearTimeout(this.#headStart);
    this.#headStart = undefined;
    for (const watched of this.#sockets) {
      watched.labels = this.#hasLabels;
      if (this.#isTiming) watched.timing = true;
      else watched.stopTiming();
    }
    if (this.#isWatched === (this.#timer !== undefined)) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!this.#isWatched) return;
    this.#flushedAt = now();
    this.#timer = setInterval(() => this.#flush(), FLUSH).unref();
  }

  #flush(isLast = false): void {
    const time = now();
    this.#lag = Math.max(this.#lag, time - this.#flushedAt - FLUSH);
    this.#flushedAt = time;
    const isTick = this.#flushes++ % TICK === 0 || isLast;
    const { id } = this.#node;
    for (const watched of this.#sockets) {
      if (watched.isFlooded && !isTick) continue;
      const { spans, missed } = watched.take();
      // Those of the first moments have one before it is known who looks
      if (!this.#topics.has(LABELS)) for (const span of spans) span[2] = "";
      if (spans.length > 0) this.#send({ topic: "span", id, socket: watched.info.name, spans, missed });
    }
    if (!isTick) return;
    const show = Array.from(this.show(), ([label, count, value]): [string, number, number] => [
      label,
      count,
      value,
    ]);
    if (this.#made > 0) show.push(["made", this.#made, 0]);
    this.#send({
      topic: "tick",
      id,
      t: tenths(time),
      sockets: Object.fromEntries(this.#sockets.map(({ info, counts }) => [info.name, counts])),
      doing: this.#sockets.flatMap(({ doing }) => doing),
      ...(show.length > 0 && { show: show.slice(0, MAX_SHOWN) }),
      ...(this.#malformed > 0 && { malformed: this.#malformed }),
      lag: tenths(Math.max(0, this.#lag)),
    });
    this.#lag = 0;
  }

  #tellNode(): void {
    if (this.#isWatched) this.#send(this.#describeNode());
  }

  #describeNode(): NodeMessage {
    const sockets = this.#sockets.map(({ info }) => info);
    return { ...this.#node, host: hostname(), addresses: ownAddresses(), sockets };
  }

  #send(message: TelemetryMessage): void {
    if (!this.#isWatched || this.#publisher.closed) return;
    this.#publisher.send(formatTelemetry(message)).catch(() => {
      // A message that cannot be sent is as good as one that nobody wants
    });
  }
}

/** The addresses of this machine that others can connect to. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const reachable = all.filter(({ internal }) => !internal).map(({ address }) => address);
  return reachable.slice(0, MAX_ADDRESSES);
}
