import { EventEmitter } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { EventOfType, EventType, Socket } from "zeromq";

/** A socket's connection events, by type: see `EventType` in zeromq.js. */
export type SocketEvents = EventEmitter<{ [T in EventType]: [event: EventOfType<T>] }>;

/** How many events may be emitted before the event loop turns. */
const BURST = 64;

const emitters = new WeakMap<Socket, SocketEvents>();

/**
 * The events of a socket's connections (`zmq_socket_monitor`), for any number of listeners. zeromq.js's own
 * `socket.events.on` never lets the event loop turn while there are events: a process without a descriptor left,
 * which libzmq reports a hundred thousand times a second, then does nothing else.
 *
 * They keep the process alive until the socket is closed and all that it had queued is sent, or the time it
 * lingers (`ZMQ_LINGER`) is over.
 *
 * @param socket A socket that is not bound or connected yet; earlier events are lost.
 */
export function monitor(socket: Socket): SocketEvents {
  let emitter = emitters.get(socket);
  if (emitter === undefined) {
    emitter = new EventEmitter();
    emitters.set(socket, emitter);
    void read(socket, emitter);
  }
  return emitter;
}

async function read(socket: Socket, emitter: SocketEvents): Promise<void> {
  const { events } = socket;
  let count = 0;
  try {
    for await (const event of events) {
      (emitter as EventEmitter).emit(event.type, event);
      if ((count += 1) % BURST === 0) await nextTurn();
    }
  } catch (error) {
    // Closed together with its socket, it fails in one of several ways
    if (!socket.closed) throw error;
  }
}
