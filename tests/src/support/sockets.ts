/** Bare zeromq.js sockets for the test's own end of a connection. */
import { afterEach } from "@jest/globals";
import type { Readable, Socket } from "zeromq";
import { whatWasPrinted } from "./processes.js";

/** How long a send or a receive may take before it fails with EAGAIN, in milliseconds. */
const DEADLINE = 20_000;

const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.close();
  sockets.clear();
});

/** Binds a socket to a port of the system's choice, and sees to it that it is closed after the test. */
export async function bound<S extends Socket>(socket: S): Promise<{ socket: S; endpoint: string }> {
  guard(socket);
  await socket.bind("tcp://127.0.0.1:*");
  const endpoint = socket.lastEndpoint;
  if (endpoint === null) throw new Error("Expected a bound socket to have an endpoint, got none");
  return { socket, endpoint };
}

/** Connects a socket, and sees to it that it is closed after the test. */
export function connected<S extends Socket>(socket: S, endpoint: string): S {
  guard(socket);
  socket.connect(endpoint);
  return socket;
}

/**
 * The next message of a socket.
 *
 * @throws When none comes in 20 seconds, showing what the processes of the test have printed.
 */
export async function receive(socket: Readable): Promise<Buffer[]> {
  try {
    return await socket.receive();
  } catch (cause) {
    throw new Error(`no message: ${String(cause)}\n${whatWasPrinted()}`, { cause });
  }
}

function guard(socket: Socket): void {
  sockets.add(socket);
  socket.linger = 0;
  for (const timeout of ["receiveTimeout", "sendTimeout"]) {
    // PUSH has no receiveTimeout and PULL no sendTimeout.
    if (timeout in socket) Object.assign(socket, { [timeout]: DEADLINE });
  }
}
