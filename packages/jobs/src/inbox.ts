import { setImmediate as nextTurn } from "node:timers/promises";
import type { Dealer, Router } from "zeromq";
import { observerOf } from "zmq-common";

/** How many messages of a socket to take in a turn. */
const BURST = 1000;

/** How long a turn may be in coming, in milliseconds; it is one without messages then. */
const TICK = 50;

/** What has come since the turn before. */
export interface Turn<S> {
  readonly messages: readonly { readonly socket: S; readonly frames: readonly Buffer[] }[];
  /**
   * How long this process has been awake, in milliseconds. It stands still while the process is stopped, or held up: it
   * must not take the silence of that time for that of its peers.
   */
  readonly now: number;
}

/**
 * Receives from several sockets, and hands over all that has come in a turn of the event loop at once: so that what
 * follows from it can be sent in few messages.
 */
export class Inbox<S extends Dealer | Router> {
  #messages: { socket: S; frames: Buffer[] }[] = [];
  #wake: () => void = () => {};
  #failure: unknown;

  /** Receives from a socket until it is closed. */
  add(socket: S): void {
    void this.#receive(socket);
  }

  async #receive(socket: S): Promise<void> {
    while (!socket.closed) {
      try {
        // Waits for the first; those behind it have come already
        socket.receiveTimeout = -1;
        this.#take(socket, await socket.receive());
        socket.receiveTimeout = 0;
        for (let n = 0; n < BURST; n++) this.#take(socket, await socket.receive());
      } catch (error) {
        // EAGAIN: there are no more. Once closed, it fails in one of several ways
        if (!socket.closed && (error as NodeJS.ErrnoException).code !== "EAGAIN") this.#failure = error;
      }
      this.#wake();
      // What follows from these is sent now: with a receive pending that would take twice as long
      await nextTurn();
    }
  }

  #take(socket: S, frames: Buffer[]): void {
    observerOf(socket)?.received();
    this.#messages.push({ socket, frames });
  }

  /**
   * The turns in which something has come, or {@link TICK} is over.
   *
   * @throws The signal's reason once it is aborted.
   */
  async *turns(signal: AbortSignal): AsyncGenerator<Turn<S>, never> {
    let last = performance.now();
    let now = 0;
    const timer = setInterval(() => setImmediate(() => this.#wake()), TICK);
    const abort = () => this.#wake();
    signal.addEventListener("abort", abort);
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#failure !== undefined) throw this.#failure;
        now += Math.min(2 * TICK, performance.now() - last);
        last = performance.now();
        const messages = this.#messages;
        this.#messages = [];
        yield { messages, now };
        if (this.#messages.length === 0) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
        }
      }
    } finally {
      clearInterval(timer);
      signal.removeEventListener("abort", abort);
    }
  }
}
