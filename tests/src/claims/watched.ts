import type { EventType, Socket } from "zeromq";

/**
 * Watches the connections of a socket that is not bound or connected yet (`zmq_socket_monitor`).
 *
 * It reads the events one by one, for `events.on` works in one test file a process only: all share the native
 * class, to which zeromq.js adds that method with the `require` of the file that was first.
 *
 * @returns A function that waits for the next event of a type, or for so many of them.
 */
export function watched(socket: Socket): (type: EventType, times?: number) => Promise<void> {
  const { events } = socket;
  return async (type, times = 1) => {
    for (let seen = 0; seen < times;) if ((await events.receive()).type === type) seen += 1;
  };
}
