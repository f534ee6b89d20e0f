import { monitor } from "../monitor.js";
import { Connection, FOLLOWED, type FollowedEvent, type Surroundings } from "./connection.js";

/**
 * Connects a socket to its endpoints (`zmq_connect`) and follows these connections. What is wrong with one is logged, and
 * where libzmq does not connect again, as with a peer of another socket type, it is done here.
 *
 * @throws {EndpointError} Naming an endpoint that libzmq does not take.
 */
export function followConnections(
  endpoints: readonly string[],
  { socket, ...surroundings }: Omit<Surroundings, "closed">,
): void {
  const events = monitor(socket);
  const closing = new AbortController();
  events.on("end", () => closing.abort());
  const connections = [...new Set(endpoints)].map(
    (endpoint) => new Connection(endpoint, { socket, ...surroundings, closed: closing.signal }),
  );
  const handle = (event: FollowedEvent) => findConnection(connections, event.address)?.handle(event);
  for (const type of FOLLOWED) events.on(type, handle);
  for (const connection of connections) connection.open();
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
