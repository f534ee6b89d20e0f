/** How this process's sockets are watched. Nothing is, until {@link observeSockets} has been called. */
import type { Socket } from "zeromq";

/** Is told what one socket does. */
export interface SocketObserver {
  /** A message was received. */
  received(): void;
  /** A message was sent. */
  sent(): void;
  /** Something that takes time begins: work on a message that was received, or the wait for a reply. */
  begin(message: string | Buffer | undefined): void;
  /** What was begun is over; nothing happens if nothing was. */
  end(outcome?: string): void;
  /** A message could not be sent for so many milliseconds, and is given up. */
  notSent(message: string | Buffer, milliseconds: number): void;
}

/** Whether a socket is bound, or connected. */
export type Side = "bind" | "connect";

/** Is told what all sockets of this process do. */
export interface Observer {
  /** A socket is about to be bound or connected. */
  opened(socket: Socket, side: Side): void;
  bound(socket: Socket, endpoints: readonly string[]): void;
  connected(socket: Socket, endpoints: readonly string[]): void;
  /** Who is told of this socket's messages. */
  of(socket: object): SocketObserver | undefined;
  /** A message could not be read. */
  malformed(): void;
  /** A request is tried again, because no reply came in time. */
  retried(): void;
  /** A publisher has made messages, for subscribers or for nobody. */
  made(messages: number): void;
}

const observers = new Set<Observer>();
let present: Observer | undefined;

/**
 * Has all sockets observed that are bound or connected from now on.
 *
 * @returns What ends that.
 */
export function observeSockets(by: Observer): () => void {
  observers.add(by);
  present = asOne([...observers]);
  return () => {
    observers.delete(by);
    present = asOne([...observers]);
  };
}

/** The observer of this process. */
export function observer(): Observer | undefined {
  return present;
}

/** Who is told of this socket's messages; look it up once, not for each message. */
export function observerOf(socket: object): SocketObserver | undefined {
  return present?.of(socket);
}

/** An only observer is told without a detour. */
function asOne(all: readonly Observer[]): Observer | undefined {
  return all.length > 1 ? new Observers(all) : all[0];
}

class Observers implements Observer {
  readonly #all: readonly Observer[];
  readonly #bySocket = new WeakMap<object, SocketObserver>();

  constructor(all: readonly Observer[]) {
    this.#all = all;
  }

  opened(socket: Socket, side: Side): void {
    for (const each of this.#all) each.opened(socket, side);
  }

  bound(socket: Socket, endpoints: readonly string[]): void {
    for (const each of this.#all) each.bound(socket, endpoints);
  }

  connected(socket: Socket, endpoints: readonly string[]): void {
    for (const each of this.#all) each.connected(socket, endpoints);
  }

  of(socket: object): SocketObserver {
    const known = this.#bySocket.get(socket) ?? new SocketObservers(this.#all, socket);
    this.#bySocket.set(socket, known);
    return known;
  }

  malformed(): void {
    for (const each of this.#all) each.malformed();
  }

  retried(): void {
    for (const each of this.#all) each.retried();
  }

  made(messages: number): void {
    for (const each of this.#all) each.made(messages);
  }
}

/** Asks each observer anew: one may come to know the socket later than the other. */
class SocketObservers implements SocketObserver {
  readonly #all: readonly Observer[];
  readonly #socket: object;

  constructor(all: readonly Observer[], socket: object) {
    this.#all = all;
    this.#socket = socket;
  }

  received(): void {
    for (const each of this.#all) each.of(this.#socket)?.received();
  }

  sent(): void {
    for (const each of this.#all) each.of(this.#socket)?.sent();
  }

  begin(message: string | Buffer | undefined): void {
    for (const each of this.#all) each.of(this.#socket)?.begin(message);
  }

  end(outcome?: string): void {
    for (const each of this.#all) each.of(this.#socket)?.end(outcome);
  }

  notSent(message: string | Buffer, milliseconds: number): void {
    for (const each of this.#all) each.of(this.#socket)?.notSent(message, milliseconds);
  }
}
