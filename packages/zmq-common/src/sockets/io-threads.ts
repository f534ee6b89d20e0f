import { context, type Socket } from "zeromq";
import { setQuietly } from "./defaults.js";

// ZMQ_IO_THREADS: libzmq looks up host names in the thread that serves the connection, and a name server that does not
// answer holds up whatever else that thread serves, for ten seconds. So such connections have a thread of their own. It
// has to be said before the first socket is made
context.ioThreads = 2;

/** Bit masks of libzmq's I/O threads (`ZMQ_AFFINITY`): of that for all connections, and of that for lookups. */
const CONNECTIONS = 1;
const LOOKUPS = 2;

/**
 * Connects a socket (`zmq_connect`).
 *
 * @param looksUp Whether libzmq will look up a host name for it.
 */
export function connectInThread(socket: Socket, endpoint: string, looksUp: boolean): void {
  try {
    setQuietly(() => (socket.affinity = looksUp ? LOOKUPS : CONNECTIONS));
    socket.connect(endpoint);
  } catch (error) {
    // A socket was made before this module was loaded: there is one thread
    if ((error as NodeJS.ErrnoException).code !== "EMTHREAD") throw error;
    setQuietly(() => (socket.affinity = CONNECTIONS));
    socket.connect(endpoint);
  }
}
