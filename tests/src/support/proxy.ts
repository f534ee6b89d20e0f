/** A TCP proxy, to see what goes over the wire. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Proxy extends AsyncDisposable {
  /** Connect here instead. */
  endpoint: string;
  /** Whether a text went over the wire, in either direction. */
  seen(text: string): boolean;
}

/** @param endpoint The TCP endpoint to pass everything on to. */
export async function startProxy(endpoint: string): Promise<Proxy> {
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(endpoint.split(":").at(-1)), "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        to.write(chunk);
      });
      from.on("error", () => {}).on("close", () => to.destroy());
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: (text) => Buffer.concat(chunks).includes(text),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), "close");
    },
  };
}
