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
}

/** Is told what all sockets of this process do. */
export interface Observer {
  /** A socket is about to be bound or connected. */
  opened(socket: Socket): void;
  bound(socket: Socket, endpoints: readonly string[]): void;
  connected(socket: Socket, endpoints: readonly string[]): void;
  /** Who is told of this socket's messages. */
  of(socket: object): SocketObserver | undefined;
  /** A message could not be read. */
  malformed(): void;
  /** A publisher has made messages, for subscribers or for nobody. */
  made(messages: number): void;
}

let present: Observer | undefined;

/** Has all sockets observed that are bound or connected from now on; there is one observer a process. */
export function observeSockets(by: Observer | undefined): void {
  present = by;
}

/** The observer of this process. */
export function observer(): Observer | undefined {
  return present;
}

/** Who is told of this socket's messages; look it up once, not for each message. */
export function observerOf(socket: object): SocketObserver | undefined {
  return present?.of(socket);
}
