import type { Socket } from "zeromq";
import { removeWithSocket } from "./closing.js";
import { logPeers } from "./connection-log.js";
import { followConnections, type FollowOptions } from "./connections/follow.js";
import { Refusals } from "./connections/refusals.js";
import type { SocketContext } from "./context.js";
import { areDefaults } from "./default-endpoints.js";
import { setIpv6, setServerDefaults, setSocketDefaults } from "./defaults.js";
import {
  checkEndpoint,
  checkRemoteEndpoint,
  type EndpointError,
  endpointError,
  isOnAllInterfaces,
  parseTcp,
} from "./endpoints.js";
import { localEndpoints } from "./hosts.js";
import { bindToFile, FileInTheWayError, socketFile } from "./ipc.js";
import { monitor } from "./monitor.js";
import { observer } from "./observer.js";
import { PeerMonitor } from "./peers.js";
import { logTurnedAway } from "./turned-away.js";

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
  setSocketDefaults(socket);
  setServerDefaults(socket);
  monitor(socket);
  observer()?.opened(socket, "bind");
  if (context?.keys !== undefined) Object.assign(socket, context.keys.server());
  if (context !== undefined) {
    logPeers(socket, context.log);
    logTurnedAway(socket, context);
  }
  const bound: string[] = [];
  const failures: EndpointError[] = [];
  for (const endpoint of endpoints) {
    const file = socketFile(endpoint);
    try {
      const bindIt = () => bindHost(socket, checkEndpoint(endpoint));
      bound.push(...(await (file === undefined ? bindIt() : bindToFile(file, bindIt))));
    } catch (error) {
      const failure = endpointError("bind", endpoint, error);
      if (!areDefaults(endpoints) || error instanceof FileInTheWayError) throw failure;
      failures.push(failure);
      continue;
    }
    if (file !== undefined) removeWithSocket(socket, file);
    if (context?.keys === undefined && isOnAllInterfaces(endpoint)) {
      context?.log.warn(
        `${endpoint} is open to all who can reach this machine; --curve-dir would ask for a key`,
      );
    }
  }
  if (bound.length === 0 && failures[0] !== undefined) throw failures[0];
  for (const { message } of failures) context?.log.warn(`${message}; going on without it`);
  observer()?.bound(socket, bound);
  return bound;
}

/** Binds an endpoint; where its host is a name, at each of the name's addresses that this machine has. */
async function bindHost(socket: Socket, endpoint: string): Promise<string[]> {
  const bound: string[] = [];
  let failure: unknown;
  for (const local of await localEndpoints(endpoint)) {
    setIpv6(socket, parseTcp(local)?.family === 6);
    try {
      // The system's choice for the first address is that for all
      const port = bound[0] === undefined ? "" : parseTcp(bound[0])?.port;
      await bind(socket, port ? local.replace(/:[*0]$/, `:${port}`) : local);
      bound.push(socket.lastEndpoint ?? local);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
      failure = error;
    }
  }
  if (bound.length === 0) throw failure;
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

/** What else {@link connectEndpoints} takes. */
export interface ConnectDetails extends Partial<Pick<FollowOptions, "refusals" | "peer" | "lookups">> {
  /** Whether observers are told of the socket: not of one that tells what they see. Default: true. */
  observed?: boolean;
}

/**
 * Connects a socket to every endpoint (`zmq_connect`), with {@link setSocketDefaults}. A peer that is not there yet
 * is no error: it is tried again, less and less often. So is one that is not what the socket talks to, and one that
 * refuses it, after which libzmq gives up; the log says what is wrong. A role that each of its servers has refused ends.
 *
 * A host name means all its addresses. It is looked up every two seconds, outside libzmq: new addresses are connected to,
 * those that are gone are let go of. Sockets that queue messages for a peer that is not there (PUSH, DEALER) have one
 * connection to a name, which takes what is queued along when the name has another address.
 *
 * @param context With keys, all is encrypted and the server must prove its own key (CURVE).
 * @param server The name of the server's certificate.
 * @param details What is shared by sockets of which each is connected to one of the servers; for tests, how to look up
 *   host names.
 * @throws {EndpointError} Naming the first endpoint that cannot be connected to.
 * @throws {CertificateError} When there are keys, but not the server's.
 */
export function connectEndpoints(
  socket: Socket,
  endpoints: readonly string[],
  context?: SocketContext,
  server = "server",
  { observed = true, refusals = new Refusals(endpoints, context), ...details }: ConnectDetails = {},
): void {
  setSocketDefaults(socket);
  monitor(socket);
  if (context?.keys !== undefined) Object.assign(socket, context.keys.client(server));
  for (const endpoint of endpoints) {
    try {
      checkRemoteEndpoint(endpoint);
    } catch (error) {
      throw endpointError("connect to", endpoint, error);
    }
  }
  if (observed) {
    observer()?.opened(socket, "connect");
    observer()?.connected(socket, endpoints);
  }
  followConnections(endpoints, { ...details, socket, context, server, refusals });
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
