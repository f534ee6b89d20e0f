import type { Socket } from "zeromq";
import { eventsOf } from "./events.js";

/**
 * Counts the peers of a socket by watching its connections (`zmq_socket_monitor`). Nothing is sent for it, so
 * it counts peers in any language. The events name no peer, only numbers can be had of them: with C connections
 * opened, H handshakes completed and D connections lost, there are at most min(H, C − D) peers, and exactly
 * that many while no stranger is connected who has not shaken hands. (H − D would be one too few for every
 * stranger that came and went.) There are no such events for inproc.
 */
export class Peers {
  #opened = 0;
  #handshakes = 0;
  #lost = 0;
  #told = 0;
  readonly #onChange: ((count: number) => void) | undefined;
  readonly #waiting = new Set<() => void>();

  /**
   * @param socket A socket that is not bound or connected yet.
   * @param onChange Called with the number of peers whenever it changes.
   */
  constructor(socket: Socket, onChange?: (count: number) => void) {
    this.#onChange = onChange;
    const events = eventsOf(socket);
    events.on("accept", () => this.#look((this.#opened += 1)));
    events.on("connect", () => this.#look((this.#opened += 1)));
    events.on("handshake", () => this.#look((this.#handshakes += 1)));
    events.on("disconnect", () => this.#look((this.#lost += 1)));
  }

  /** How many peers are connected now. */
  get count(): number {
    return Math.min(this.#handshakes, this.#opened - this.#lost);
  }

  /**
   * Waits until so many peers are connected.
   *
   * @throws The signal's reason once it is aborted.
   */
  async atLeast(wanted: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.count >= wanted) return;
    await new Promise<void>((resolve, reject) => {
      const done = (settle: () => void) => {
        this.#waiting.delete(look);
        signal.removeEventListener("abort", abort);
        settle();
      };
      const look = () => {
        if (this.count >= wanted) done(resolve);
      };
      const abort = () => done(() => reject(signal.reason as Error));
      this.#waiting.add(look);
      signal.addEventListener("abort", abort);
    });
  }

  #look(_event: number): void {
    if (this.count === this.#told) return;
    this.#told = this.count;
    this.#onChange?.(this.#told);
    for (const look of this.#waiting) look();
  }
}
