import { context, type Socket } from "zeromq";
import { setQuietly } from "./quietly.js";

// ZMQ_IO_THREADS: libzmq looks up a host name in the I/O thread that serves the connection, and while a name server does
// not answer, that thread serves no other connection, for ten seconds. So lookups have a thread of their own. How many
// there are has to be said before the first socket is made
context.ioThreads = Math.max(2, context.ioThreads);

/** The I/O thread that looks up host names, as a bit mask (`ZMQ_AFFINITY`): the second one. */
const LOOKUPS = 2;
/** Those that serve all other connections: however many there are, without the second one. */
export const CONNECTIONS = 2 ** 32 - 1 - LOOKUPS;

/**
 * Connects a socket (`zmq_connect`).
 *
 * @param looksUp Whether libzmq will look up the name of a host for it.
 */
export function connectInThread(socket: Socket, endpoint: string, looksUp: boolean): void {
  setAffinity(socket, looksUp ? LOOKUPS : CONNECTIONS);
  try {
    socket.connect(endpoint);
  } catch (error) {
    // Another module made a socket before this one was loaded: there is one thread
    if ((error as NodeJS.ErrnoException).code !== "EMTHREAD") throw error;
    setAffinity(socket, CONNECTIONS);
    socket.connect(endpoint);
  }
}

function setAffinity(socket: Socket, affinity: number): void {
  if (socket.affinity !== affinity) setQuietly(() => (socket.affinity = affinity));
}
