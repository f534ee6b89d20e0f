import { randomUUID } from "node:crypto";
import type { Socket } from "zeromq";
import { bound } from "../support/sockets.js";

/** Binds a socket over inproc, where a message that is sent has arrived. It is closed after the test. */
export async function boundInside<S extends Socket>(socket: S): Promise<{ socket: S; endpoint: string }> {
  await bound(socket);
  const endpoint = `inproc://${randomUUID()}`;
  await socket.bind(endpoint);
  return { socket, endpoint };
}
