import { Socket } from "zeromq";

declare module "zeromq/lib/native.js" {
  // oxlint-disable-next-line no-shadow -- the class itself, to which this adds a method
  interface Socket extends Disposable {}
}

// Lets a scope own a socket: `using responder = new Reply();` closes it however the scope is left.
Object.defineProperty(Socket.prototype, Symbol.dispose, {
  configurable: true,
  value(this: Socket) {
    this.close();
  },
});

/**
 * Closes sockets once the signal is aborted, so that a `send` that waits for a peer fails rather than hang.
 * What they have queued is still delivered, within their linger time.
 */
export function closeOnAbort(signal: AbortSignal, ...sockets: Socket[]): void {
  signal.addEventListener("abort", () => {
    for (const socket of sockets) socket.close();
  });
}
