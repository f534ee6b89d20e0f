import { isIP } from "node:net";
import { capability } from "zeromq";

/** A malformed endpoint, or one that a socket could not bind or connect to. */
export class EndpointError extends Error {
  override name = "EndpointError";
  /** The endpoint, as it was given. */
  readonly endpoint: string;
  constructor(message: string, endpoint: string, options?: ErrorOptions) {
    super(message, options);
    this.endpoint = endpoint;
  }
}

/** The parts of a tcp endpoint. */
export interface TcpEndpoint {
  /** A name, an address (without brackets), or `*`. */
  host: string;
  /** A number, or `*`. */
  port: string;
  /** That of an address; 0 for a name, and for `*`. */
  family: 0 | 4 | 6;
}

/** The parts of a tcp endpoint; nothing for another transport, or for a malformed one. */
export function parseTcp(endpoint: string): TcpEndpoint | undefined {
  const [, name = "", brackets, port = ""] =
    /^tcp:\/\/(?:([^\s:;/[\]]+)|\[([^\s\]]+)\]):(\d{1,5}|\*)$/.exec(endpoint) ?? [];
  const host = brackets ?? name;
  const family = isIP(host) as TcpEndpoint["family"];
  if (host === "" || (brackets !== undefined && family === 0) || Number(port) > 65_535) return undefined;
  return { host, port, family };
}

/** The tcp endpoint of an address and a port. */
export function tcpEndpoint({ address, family }: { address: string; family: 4 | 6 }, port: string): string {
  return `tcp://${family === 6 ? `[${address}]` : address}:${port}`;
}

/** Whether an endpoint has the name of a host, other than `localhost`, in place of an address. */
export function isHostName(endpoint: string): boolean {
  const tcp = parseTcp(endpoint);
  return tcp?.family === 0 && tcp.host !== "*" && tcp.host.toLowerCase() !== "localhost";
}

/**
 * Checks the form of an endpoint before libzmq sees it: libzmq accepts `tcp://*:70000` and `tcp://*:5x`, and binds
 * ports 4464 and 5.
 *
 * @returns The endpoint.
 * @throws {EndpointError} Saying what was expected.
 */
export function checkEndpoint(endpoint: string): string {
  const [, transport] = /^([a-z]+):\/\/.+$/.exec(endpoint) ?? [];
  switch (transport) {
    case "tcp":
      if (parseTcp(endpoint) !== undefined) return endpoint;
      break;
    case "ipc":
      if (!capability.ipc) throw new EndpointError("ipc is not available on this system", endpoint);
      return endpoint;
    case "inproc":
      return endpoint;
  }
  throw new EndpointError(
    "expected tcp://host:port (port 0 to 65535), ipc://path or inproc://name",
    endpoint,
  );
}

/**
 * Checks the form of an endpoint that is to reach another program: as {@link checkEndpoint} does, and that it is not of
 * the transport inproc, by which the sockets of one process reach each other.
 *
 * @returns The endpoint.
 * @throws {EndpointError} Saying what was expected.
 */
export function checkProgramEndpoint(endpoint: string): string {
  if (!checkEndpoint(endpoint).startsWith("inproc:")) return endpoint;
  throw new EndpointError("inproc reaches sockets of the same process only; expected tcp or ipc", endpoint);
}

/**
 * Checks the form of an endpoint to connect to: as {@link checkEndpoint} does, and that it names a peer. libzmq says
 * "Invalid argument" of a `*`, and tries port 0 for ever.
 *
 * @returns The endpoint.
 * @throws {EndpointError} Saying what was expected.
 */
export function checkRemoteEndpoint(endpoint: string): string {
  checkEndpoint(endpoint);
  const tcp = parseTcp(endpoint);
  if (tcp?.host === "*" || endpoint === "ipc://*") {
    throw new EndpointError("* is for binding; to connect, name the peer", endpoint);
  }
  if (tcp?.port === "*" || Number(tcp?.port) === 0) {
    throw new EndpointError(`port ${tcp?.port} is for binding; to connect, name the peer's port`, endpoint);
  }
  if (tcp?.family === 6 && /^fe[89ab]/i.test(tcp.host) && !tcp.host.includes("%")) {
    const withZone = `tcp://[${tcp.host}%eth0]:${tcp.port}`;
    throw new EndpointError(`a link-local address needs its network interface, as in ${withZone}`, endpoint);
  }
  if (tcp?.family === 0 && !/^[a-z\d][\w.-]*$/i.test(tcp.host)) {
    throw new EndpointError("expected a host name of ASCII letters, digits, hyphens and dots", endpoint);
  }
  return endpoint;
}

/** Whether the port of an endpoint to bind can be reached from other machines. */
export function isOnAllInterfaces(endpoint: string): boolean {
  return /^tcp:\/\/(?:\*|0\.0\.0\.0|\[::\]):/.test(endpoint);
}

const REASONS: Record<string, string> = {
  EAGAIN: "this machine has no such address or interface",
  EACCES: "permission denied",
  EADDRINUSE: "address already in use",
  EADDRNOTAVAIL: "this machine has no such address",
  ENODEV: "this machine has no such address or interface",
  ENOENT: "no such directory",
};

/** The {@link EndpointError} for what libzmq reported. */
export function endpointError(action: string, endpoint: string, error: unknown): EndpointError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new EndpointError(`cannot ${action} ${endpoint}: ${REASONS[code] ?? message}`, endpoint, {
    cause: error,
  });
}
