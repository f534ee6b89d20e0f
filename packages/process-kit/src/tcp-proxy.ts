import { EventEmitter, once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * A TCP proxy in front of a bound socket. It sees and counts what goes over the wire, which neither end of a
 * ZeroMQ connection can tell.
 */
export class TcpProxy implements AsyncDisposable {
  /** Bytes that went from the bound socket to those that connected, greetings included. */
  bytes = 0;
  readonly #server: Server;
  /** The sockets, and whether the bound socket is at their other end. */
  readonly #sockets = new Map<Socket, boolean>();
  /** What came from each socket. */
  readonly #passed: Buffer[][] = [];
  #isCut: "everything" | "answers" | undefined;
  readonly #flow = new EventEmitter<{ flow: [] }>();

  /**
   * @param endpoint The endpoint of the bound socket, `tcp://127.0.0.1:5555`.
   * @param port Where to listen. Default: a port of the system's choice.
   */
  static async start(endpoint: string, port = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(endpoint);
    await once(proxy.#server.listen(port, "127.0.0.1"), "listening");
    return proxy;
  }

  private constructor(endpoint: string) {
    const { hostname, port } = new URL(endpoint);
    this.#server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      this.#pass(client, upstream, false);
      this.#pass(upstream, client, true);
      upstream.on("data", (chunk: Buffer) => {
        this.bytes += chunk.length;
        this.#flow.emit("flow");
      });
    });
  }

  #pass(from: Socket, to: Socket, isUpstream: boolean): void {
    const chunks: Buffer[] = [];
    this.#passed.push(chunks);
    this.#sockets.set(from, isUpstream);
    from.on("data", (chunk: Buffer) => chunks.push(chunk)).pipe(to);
    if (this.#isCut === "everything" || (isUpstream && this.#isCut === "answers")) from.pause();
    // A connection that breaks, breaks on both sides; that is no failure of the proxy
    from
      .on("error", () => {})
      .on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
  }

  /** What to connect to in place of the bound socket. */
  get endpoint(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Whether a text went over the wire, in either direction. */
  seen(text: string): boolean {
    return this.#passed.some((chunks) => Buffer.concat(chunks).includes(text));
  }

  /** Waits until {@link bytes} is at least as large. */
  async passed(bytes: number): Promise<void> {
    while (this.bytes < bytes) await once(this.#flow, "flow");
  }

  /**
   * From now on nothing passes, and neither end is told: connections stay open, and new ones are accepted.
   *
   * @param what `answers`: only what the bound socket sends is held back. Default: everything.
   */
  cut(what: "everything" | "answers" = "everything"): void {
    this.#isCut = what;
    for (const [socket, isUpstream] of this.#sockets) if (isUpstream || what === "everything") socket.pause();
  }

  /** Lets everything pass again, first what has been waiting. */
  heal(): void {
    this.#isCut = undefined;
    for (const socket of this.#sockets.keys()) socket.resume();
  }

  /** Breaks every connection and stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
    await closed;
  }
}
