import { Subscriber } from "zeromq";
import {
  bindEndpoints,
  LABELS,
  messages,
  parseTelemetry,
  type SocketContext,
  type TelemetryMessage,
} from "zmq-common";

/** What is subscribed to while somebody looks. */
const TOPICS = ["node", "tick", "span", "log", LABELS];

/** Hears what roles tell: a bound SUB socket, to which their telemetry connects. */
export class Collector implements Disposable {
  /** Called with each message that could be read. */
  onMessage: (message: TelemetryMessage) => void = () => {};
  /** How many messages could not be read. */
  malformed = 0;
  readonly #subscriber = new Subscriber();
  #isWatching = false;

  /**
   * Binds the socket.
   *
   * @returns The endpoint as it was bound.
   */
  async bind(endpoints: readonly string[], context: SocketContext): Promise<string> {
    const [bound = ""] = await bindEndpoints(this.#subscriber, endpoints, context);
    void this.#receive();
    return bound;
  }

  /** Whether anybody looks. While nobody does, no role sends anything. */
  watch(isWatching: boolean): void {
    if (isWatching === this.#isWatching || this.#subscriber.closed) return;
    this.#isWatching = isWatching;
    if (isWatching) this.#subscriber.subscribe(...TOPICS);
    else this.#subscriber.unsubscribe(...TOPICS);
  }

  [Symbol.dispose](): void {
    this.#subscriber.close();
  }

  /** Always waiting for a message: a bound SUB socket attaches new peers only while it receives. */
  async #receive(): Promise<void> {
    try {
      for await (const frames of messages(this.#subscriber)) {
        const message = parseTelemetry(frames);
        if (message === undefined) this.malformed += 1;
        else this.onMessage(message);
      }
    } catch (error) {
      // Closed while it waits, it fails in one of several ways
      if (!this.#subscriber.closed) throw error;
    }
  }
}
