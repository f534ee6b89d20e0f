import { EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy in front of a bound socket. It counts bytes: neither end of a ZeroMQ connection can tell them. */
export class Tap implements AsyncDisposable {
  /** Bytes that went from the bound socket to those that connected, greetings included. */
  bytes = 0;
  readonly #server: Server;
  readonly #ends = new Set<Socket>();
  readonly #flow = new EventEmitter<{ flow: [] }>();

  /**
   * @param endpoint Of the bound socket.
   * @param port Where to listen. Default: a port of the system's choice.
   */
  static async open(endpoint: string, port = 0): Promise<Tap> {
    const tap = new Tap(endpoint);
    tap.#server.listen(port, "127.0.0.1");
    await once(tap.#server, "listening");
    return tap;
  }

  private constructor(endpoint: string) {
    const { hostname, port } = new URL(endpoint);
    this.#server = createServer((near) => {
      const far = connect(Number(port), hostname);
      near.pipe(far).pipe(near);
      far.on("data", (chunk) => {
        this.bytes += chunk.length;
        this.#flow.emit("flow");
      });
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(end);
        // A connection that breaks, breaks on both sides; that is no failure of the tap
        end.on("error", () => {}).on("close", () => other.destroy());
      }
    });
  }

  /** What to connect to in place of the bound socket. */
  get endpoint(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Waits until so many bytes have gone through. */
  async passed(bytes: number): Promise<void> {
    while (this.bytes < bytes) await once(this.#flow, "flow");
  }

  /** Breaks every connection and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const end of this.#ends) end.destroy();
    await closed;
  }
}
