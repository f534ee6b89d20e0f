import { monitor } from "../monitor.js";
import { isHostName } from "../endpoints.js";
import { Connection, FOLLOWED, type FollowedEvent, isQueueing, type Surroundings } from "./connection.js";
import type { LoggedPeer } from "./logged-peer.js";
import { type Lookups, Replicas } from "./replicas.js";

export interface FollowOptions extends Omit<Surroundings, "closed"> {
  /** How the log calls the peer at these endpoints. Default: by its endpoint. */
  peer?: LoggedPeer | undefined;
  lookups?: Lookups | undefined;
}

/**
 * Connects a socket to its endpoints (`zmq_connect`) and follows these connections. What is wrong with one is logged, and
 * where libzmq does not connect again, as with a peer of another socket type, it is done here.
 *
 * A host name means all its addresses, also those that it gets later; but where the socket queues messages for a peer that
 * is not there (PUSH, DEALER), it is left to libzmq, which takes what is queued along to another address.
 *
 * @throws {EndpointError} Naming an endpoint that libzmq does not take.
 */
export function followConnections(
  endpoints: readonly string[],
  { peer, lookups, ...rest }: FollowOptions,
): void {
  const { socket, context, refusals } = rest;
  const events = monitor(socket);
  const closing = new AbortController();
  events.on("end", () => closing.abort());
  const surroundings = { ...rest, closed: closing.signal };
  /** By what they are connected to: an endpoint, or one of a name's addresses. */
  const connections = new Map<string, Connection>();
  const names: Replicas[] = [];

  const handle = (event: FollowedEvent) =>
    findConnection([...connections.values()], event.address)?.handle(event);
  for (const type of FOLLOWED) events.on(type, handle);
  events.on("connect:retry", () => {
    for (const name of names) void name.attemptFailed();
  });

  const follow = (endpoint: string) => {
    const name: Replicas = new Replicas(endpoint, {
      context,
      refusals,
      lookups,
      signal: closing.signal,
      connect: (replica) => {
        if (connections.has(replica.endpoint)) return true;
        const connection = new Connection(replica.endpoint, surroundings, replica);
        connections.set(replica.endpoint, connection);
        try {
          connection.open();
          return true;
        } catch {
          // A socket takes no call while it binds an endpoint, nor once it is closed
          connections.delete(replica.endpoint);
          return false;
        }
      },
      isConnected: (replica) => connections.get(replica.endpoint)?.isOpen === true,
      disconnect: (replica) => {
        const isShared = [...endpoints, ...names.flatMap((other) => (other === name ? [] : other.endpoints))];
        if (isShared.includes(replica.endpoint)) return true;
        return connections.get(replica.endpoint)?.close() === true && connections.delete(replica.endpoint);
      },
    });
    return name;
  };

  for (const endpoint of new Set(endpoints)) {
    if (isHostName(endpoint) && !isQueueing(socket)) names.push(follow(endpoint));
    else connections.set(endpoint, new Connection(endpoint, surroundings, peer));
  }
  for (const connection of connections.values()) connection.open();
}

/** libzmq names an address instead of the endpoint from the second connection on. */
function findConnection(connections: readonly Connection[], address: string): Connection | undefined {
  const known = connections.find((connection) => connection.address === address);
  if (known !== undefined) return known;
  const [likeliest] = connections.toSorted(
    (one, other) => other.likelihood(address) - one.likelihood(address),
  );
  if (likeliest === undefined || likeliest.likelihood(address) === 0) return undefined;
  likeliest.address = address;
  return likeliest;
}
