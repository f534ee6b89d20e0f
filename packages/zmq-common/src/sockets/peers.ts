import type { Socket } from "zeromq";
import { monitor } from "./monitor.js";

/**
 * Counts the peers of a socket by watching its connections (`zmq_socket_monitor`). Nothing is sent, so it counts
 * peers in any language. The events do not tell peers apart, so only their number is known: with C connections
 * opened, H handshakes completed and D connections lost, there are at most min(H, C − D) peers, and exactly that
 * many while no connection is waiting for its handshake. (H − D would be one too few for every connection that ended
 * without a handshake.) inproc has no such events. A peer of an older protocol than ZMTP 3 is counted, too, where the
 * socket was connected by `connectEndpoints`; `bindEndpoints` has it turned away.
 */
export class PeerMonitor {
  #opened = 0;
  #handshakes = 0;
  #lost = 0;
  #reported = 0;
  readonly #onChange: ((count: number) => void) | undefined;
  readonly #waiting = new Set<() => void>();

  /**
   * @param socket A socket that is not bound or connected yet.
   * @param onChange Called with the number of peers whenever it changes.
   */
  constructor(socket: Socket, onChange?: (count: number) => void) {
    this.#onChange = onChange;
    const events = monitor(socket);
    events.on("accept", () => this.#update((this.#opened += 1)));
    events.on("connect", () => this.#update((this.#opened += 1)));
    events.on("handshake", () => this.#update((this.#handshakes += 1)));
    events.on("disconnect", () => this.#update((this.#lost += 1)));
  }

  /** How many peers are connected now. */
  get count(): number {
    return Math.min(this.#handshakes, this.#opened - this.#lost);
  }

  /**
   * Waits until at least that many peers are connected.
   *
   * @throws The signal's reason once it is aborted.
   */
  async waitFor(wanted: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.count >= wanted) return;
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#waiting.delete(check);
        signal.removeEventListener("abort", abort);
        settle();
      };
      const check = () => {
        if (this.count >= wanted) finish(resolve);
      };
      const abort = () => finish(() => reject(signal.reason as Error));
      this.#waiting.add(check);
      signal.addEventListener("abort", abort);
    });
  }

  #update(_event: number): void {
    if (this.count === this.#reported) return;
    this.#reported = this.count;
    this.#onChange?.(this.#reported);
    for (const check of this.#waiting) check();
  }
}
