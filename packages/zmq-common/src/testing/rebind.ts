import type { Socket } from "zeromq";

/** Binds a socket to an endpoint that was in use a moment ago: libzmq frees a port after `close` or `unbind` returns. */
export async function rebind(socket: Socket, endpoint: string): Promise<void> {
  for (;;) {
    try {
      await socket.bind(endpoint);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      await new Promise(setImmediate);
    }
  }
}
