import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Socket types by their number in ZMTP 2.0 (RFC 15). */
const TYPES = { PUB: 1, REP: 4, PULL: 7, PUSH: 8 } as const;

const SIGNATURE = Buffer.from("ff00000000000000017f", "hex");

/** The signature, the version and the socket type. */
const GREETING = SIGNATURE.length + 2;

/** A bound peer that speaks ZMTP 2.0, as ZeroMQ 3 and JeroMQ 0.3 do: it knows messages of short frames. */
export class OlderPeer implements AsyncDisposable {
  /** The messages that have arrived, each as its frames. */
  readonly received: string[][] = [];
  readonly #server: Server;
  readonly #type: number;
  readonly #sockets = new Set<Socket>();

  static async bind(type: keyof typeof TYPES, port = 0): Promise<OlderPeer> {
    const peer = new OlderPeer(TYPES[type]);
    await once(peer.#server.listen(port, "127.0.0.1"), "listening");
    return peer;
  }

  private constructor(type: number) {
    this.#type = type;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get endpoint(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sends a message to all who are connected. */
  send(...frames: string[]): void {
    for (const [index, frame] of frames.entries()) {
      const more = index < frames.length - 1 ? 1 : 0;
      const bytes = Buffer.from(frame);
      for (const socket of this.#sockets) socket.write(Buffer.of(more, bytes.length, ...bytes));
    }
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
    const identity = [0, 0];
    socket.write(Buffer.of(...SIGNATURE, 1, this.#type, ...identity));
    let bytes = Buffer.alloc(0);
    let offset = GREETING;
    let isIdentity = true;
    let message: string[] = [];
    socket.on("data", (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const [flags = 0, length = Infinity] = bytes.subarray(offset);
        const end = offset + 2 + length;
        if (bytes.length < end) return;
        if (!isIdentity) message.push(bytes.toString("utf8", offset + 2, end));
        offset = end;
        if (!isIdentity && (flags & 1) === 0) {
          this.received.push(message);
          message = [];
        }
        isIdentity = false;
      }
    });
  }

  /** Ends every connection, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
