import { capability, Dealer, type Router, type Socket } from "zeromq";
import { connectEndpoints, monitor, observerOf, PeerMonitor, type SocketContext } from "zmq-common";
import type { Frames } from "./wire.js";

/** `ZMQ_DISCONNECT_MSG`, which zeromq.js has no name for: a draft option of libzmq 4.3.5. */
const DISCONNECT_MESSAGE = 111;

/**
 * Has a ROUTER report, with a message `GONE` from it, each peer whose connection is lost: about 4 ms after its death.
 *
 * @param router Not bound yet.
 * @returns Whether it does. Not every build of libzmq can; without, sending to a peer tells that it is gone.
 */
export function reportLostPeers(router: Router, canReport = capability.draft === true): boolean {
  if (!canReport) return false;
  // Protected in the types only
  const options = router as unknown as { setStringOption(option: number, value: string): void };
  options.setStringOption(DISCONNECT_MESSAGE, "GONE");
  return true;
}

/** A message to a peer of a ROUTER. */
export interface Addressed {
  /** The routing identity of the peer. */
  readonly to: Buffer;
  readonly frames: Frames;
}

/**
 * Sends to a peer of a ROUTER that has `mandatory` and a `sendTimeout` of 0: at once, or not at all.
 *
 * @param onFailure Called if it cannot be sent; told whether the peer is gone, or its queue is full.
 */
export function sendTo(
  router: Router,
  { to, frames }: Addressed,
  onFailure: (isGone: boolean) => void = () => {},
): void {
  observerOf(router)?.sent();
  router.send([to, ...frames]).catch((error: NodeJS.ErrnoException) => {
    if (!router.closed) onFailure(error.code === "EHOSTUNREACH");
  });
}

/**
 * Queues a message on a DEALER that has a `sendTimeout` of 0 and no high-water mark. That fails only if the socket is
 * closed, or libzmq has given up its endpoint: in either case there is nobody to take it, now or later.
 */
export function post(socket: Dealer, frames: Frames): void {
  observerOf(socket)?.sent();
  socket.send(frames).catch(() => {});
}

/**
 * Calls a function as soon as a socket is connected, and then again and again while it is: what is said without a
 * connection would queue up, and be said all at once to the next peer.
 *
 * @param socket Not connected yet.
 */
export function whileConnected(socket: Socket, milliseconds: number, call: () => void): Disposable {
  const peers = new PeerMonitor(socket, (count) => count > 0 && call());
  const timer = setInterval(() => peers.count > 0 && call(), milliseconds);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * A connection of a DEALER to one peer, with a fresh socket each time it was lost: a socket would keep what it has
 * queued for the lost connection, and send it after the next one is made, before anything that should come first.
 */
export class FreshDealer implements Disposable {
  /** The present one. */
  socket: Dealer;
  readonly #connect: () => Dealer;
  readonly #onFresh: (socket: Dealer) => void;

  /**
   * @param peer The name of the peer's certificate.
   * @param onFresh Called with each socket, the first one too, when it has begun to connect.
   */
  constructor(endpoint: string, context: SocketContext, peer: string, onFresh: (socket: Dealer) => void) {
    this.#connect = () => {
      // The ventilator limits what it sends by itself
      const socket = new Dealer({ sendHighWaterMark: 0, sendTimeout: 0 });
      this.#renewWhenLost(socket);
      connectEndpoints(socket, [endpoint], context, peer);
      return socket;
    };
    this.#onFresh = onFresh;
    this.socket = this.#connect();
    onFresh(this.socket);
  }

  #renewWhenLost(socket: Dealer): void {
    let connected = false;
    const events = monitor(socket);
    events.on("handshake", () => (connected = true));
    events.on("disconnect", () => {
      // An attempt that failed was no connection: libzmq makes the next one, in time
      if (!connected || socket.closed) return;
      socket.linger = 0;
      socket.close();
      this.socket = this.#connect();
      this.#onFresh(this.socket);
    });
  }

  /** Queues a message. */
  send(frames: Frames): void {
    post(this.socket, frames);
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}
