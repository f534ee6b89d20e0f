import { rmSync, statSync } from "node:fs";
import { Socket } from "zeromq";

declare module "zeromq/lib/native.js" {
  // oxlint-disable-next-line no-shadow -- the class itself, to which this adds a method
  interface Socket extends Disposable {}
}

/** The files of the ipc endpoints that a socket is bound to, by inode. */
const files = new WeakMap<Socket, Map<string, number>>();

// Lets a scope own a socket: `using responder = new Reply();` closes it, whichever way the scope ends.
Object.defineProperty(Socket.prototype, Symbol.dispose, {
  configurable: true,
  value(this: Socket) {
    this.close();
    for (const [file, inode] of files.get(this) ?? []) {
      // A socket that has bound the endpoint since then has its own file there
      if (inodeOf(file) === inode) rmSync(file, { force: true });
    }
  },
});

/** Removes the file of an ipc endpoint when its socket is disposed of: libzmq leaves it behind. */
export function removeWithSocket(socket: Socket, file: string): void {
  const inode = inodeOf(file);
  if (inode === undefined) return;
  files.set(socket, (files.get(socket) ?? new Map<string, number>()).set(file, inode));
}

/** Undefined if the path is not a socket. An abstract endpoint (`ipc://@name`) has no file, but one of that name may exist. */
function inodeOf(file: string): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isSocket() ? found.ino : undefined;
}

/**
 * Closes sockets once the signal is aborted, so that a `send` that waits for a peer fails instead of hanging.
 * What they have queued is still delivered, within their linger time (`ZMQ_LINGER`).
 */
export function closeOnAbort(signal: AbortSignal, ...sockets: Socket[]): void {
  const close = () => sockets.forEach((socket) => socket.close());
  if (signal.aborted) close();
  else signal.addEventListener("abort", close);
}
