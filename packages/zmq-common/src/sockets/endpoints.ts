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

/**
 * Checks the form of an endpoint before libzmq sees it: libzmq accepts `tcp://*:70000` and `tcp://*:5x`, and binds
 * ports 4464 and 5.
 *
 * @returns The endpoint.
 * @throws {EndpointError} Saying what was expected.
 */
export function checkEndpoint(endpoint: string): string {
  const [, transport, address = ""] = /^([a-z]+):\/\/(.+)$/.exec(endpoint) ?? [];
  switch (transport) {
    case "tcp": {
      const [, port] = /^(?:[^\s:;/]+|\[[^\s\]]+\]):(\d{1,5}|\*)$/.exec(address) ?? [];
      if (port !== undefined && (port === "*" || Number(port) <= 65_535)) return endpoint;
      break;
    }
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
