/** Bare zeromq.js sockets, for the test's own end of a connection. */
import { randomUUID } from "node:crypto";
import { afterEach } from "@jest/globals";
import { reportAll } from "process-kit/jest";
import type { EventType, Readable, Socket } from "zeromq";

/** How long a send or a receive may take before it fails with EAGAIN, in milliseconds. */
const DEADLINE = 20_000;

const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.close();
  sockets.clear();
});

/** Binds a socket, to a port of the system's choice unless one is given. It is closed after the test. */
export async function bound<S extends Socket>(
  socket: S,
  address = "127.0.0.1",
  port: number | "*" = "*",
): Promise<{ socket: S; endpoint: string }> {
  guard(socket);
  await socket.bind(`tcp://${address}:${port}`);
  const endpoint = socket.lastEndpoint;
  if (endpoint === null) throw new Error("Expected a bound socket to have an endpoint, got none");
  return { socket, endpoint };
}

/** Binds a socket over inproc, where a message that is sent has arrived. It is closed after the test. */
export async function boundInproc<S extends Socket>(socket: S): Promise<{ socket: S; endpoint: string }> {
  guard(socket);
  const endpoint = `inproc://${randomUUID()}`;
  await socket.bind(endpoint);
  return { socket, endpoint };
}

/** Connects a socket. It is closed after the test. */
export function connected<S extends Socket>(socket: S, endpoint: string): S {
  guard(socket);
  socket.connect(endpoint);
  return socket;
}

/**
 * The next message of a socket.
 *
 * @throws When none comes in 20 seconds; the error shows what the processes of the test have printed.
 */
export async function receive(socket: Readable): Promise<Buffer[]> {
  try {
    return await socket.receive();
  } catch (cause) {
    throw new Error(`no message: ${String(cause)}\n${reportAll()}`, { cause });
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

/**
 * Monitors the connections of a socket that is not bound or connected yet (`zmq_socket_monitor`).
 *
 * It reads the events one by one, because `events.on` works in one test file a process only: all share the native
 * class, to which zeromq.js adds that method with the `require` of the file that was first.
 *
 * @returns A function that waits for the next event of a type, or for a number of them.
 */
export function monitor(socket: Socket): (type: EventType, times?: number) => Promise<void> {
  const { events } = socket;
  return async (type, times = 1) => {
    for (let seen = 0; seen < times;) if ((await events.receive()).type === type) seen += 1;
  };
}
