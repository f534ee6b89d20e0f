import type { Socket } from "zeromq";
import { removeWithSocket } from "./closing.js";
import { logHandshakeFailures, logLostConnections, logPeers } from "./connection-log.js";
import type { SocketContext } from "./context.js";
import { areDefaults } from "./default-endpoints.js";
import { setServerDefaults, setSocketDefaults } from "./defaults.js";
import { checkEndpoint, type EndpointError, endpointError, isOnAllInterfaces } from "./endpoints.js";
import { bindToFile, FileInTheWayError, socketFile } from "./ipc.js";
import { monitor } from "./monitor.js";
import { PeerMonitor } from "./peers.js";

/**
 * Binds a socket to every endpoint (`zmq_bind`), with {@link setSocketDefaults} and {@link setServerDefaults}.
 *
 * @param context With keys, only clients whose key is authorized are admitted (CURVE).
 * @returns The endpoints as they were bound (`ZMQ_LAST_ENDPOINT`): `tcp://0.0.0.0:49152` for `tcp://*:*`.
 * @throws {EndpointError} Naming the first endpoint that could not be bound, and why. Where they are an option's
 *   defaults, that is a warning as long as another could be bound; but not where a file is in the way.
 */
export async function bindEndpoints(
  socket: Socket,
  endpoints: readonly string[],
  context?: SocketContext,
): Promise<string[]> {
  setSocketDefaults(socket, endpoints);
  setServerDefaults(socket);
  monitor(socket);
  if (context?.keys !== undefined) Object.assign(socket, context.keys.server());
  if (context !== undefined) logPeers(socket, context.log);
  const bound: string[] = [];
  const failures: EndpointError[] = [];
  for (const endpoint of endpoints) {
    const file = socketFile(endpoint);
    try {
      const bindIt = () => bind(socket, checkEndpoint(endpoint));
      await (file === undefined ? bindIt() : bindToFile(file, bindIt));
    } catch (error) {
      const failure = endpointError("bind", endpoint, error);
      if (!areDefaults(endpoints) || error instanceof FileInTheWayError) throw failure;
      failures.push(failure);
      continue;
    }
    bound.push(socket.lastEndpoint ?? endpoint);
    if (file !== undefined) removeWithSocket(socket, file);
    if (context?.keys === undefined && isOnAllInterfaces(endpoint)) {
      context?.log.warn(
        `${endpoint} is open to all who can reach this machine; --curve-dir would ask for a key`,
      );
    }
  }
  if (bound.length === 0 && failures[0] !== undefined) throw failures[0];
  for (const { message } of failures) context?.log.warn(`${message}; going on without it`);
  return bound;
}

/** zeromq.js binds in a thread, and now and then loses what went wrong there (EAGAIN); a second attempt tells. */
async function bind(socket: Socket, endpoint: string, attemptsLeft = 10): Promise<void> {
  try {
    await socket.bind(endpoint);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || attemptsLeft === 0) throw error;
    await bind(socket, endpoint, attemptsLeft - 1);
  }
}

/**
 * Connects a socket to every endpoint (`zmq_connect`), with {@link setSocketDefaults}. A peer that is not there yet
 * is no error: libzmq keeps trying.
 *
 * @param context With keys, all is encrypted and the server must prove its own key (CURVE). A server that refuses
 *   ours ends the role: libzmq does not try again then.
 * @param server The name of the server's certificate.
 * @throws {EndpointError} Naming the first malformed endpoint.
 * @throws {CertificateError} When there are keys, but not the server's.
 */
export function connectEndpoints(
  socket: Socket,
  endpoints: readonly string[],
  context?: SocketContext,
  server = "server",
): void {
  setSocketDefaults(socket, endpoints);
  monitor(socket);
  if (context !== undefined) {
    if (context.keys !== undefined) Object.assign(socket, context.keys.client(server));
    logHandshakeFailures(socket, context, server);
    logLostConnections(socket, context.log);
  }
  for (const endpoint of endpoints) {
    try {
      socket.connect(checkEndpoint(endpoint));
    } catch (error) {
      throw endpointError("connect to", endpoint, error);
    }
  }
}

/**
 * Connects a socket as {@link connectEndpoints} does, and waits until a peer is connected.
 *
 * @throws The signal's reason once it is aborted.
 */
export async function connectAndWait(
  socket: Socket,
  endpoints: readonly string[],
  context: SocketContext & { signal: AbortSignal },
  server?: string,
): Promise<void> {
  const peers = new PeerMonitor(socket);
  connectEndpoints(socket, endpoints, context, server);
  await peers.waitFor(1, context.signal);
}
