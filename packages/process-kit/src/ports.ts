import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below every system's ephemeral range (Linux: from 32768 on). A port that the system hands out lies in that
 * range, and any connection may be given it as its own end before the process binds it; a client that keeps
 * trying to reach it may then even connect to itself.
 */
const FIRST = 20_000;
const LAST = 31_999;

const reservations: Socket[] = [];

/**
 * A TCP port on which nothing listens, drawn at random and confirmed by the system, for processes that both ends
 * must know of before they start. Until this process has ended, or has called {@link releasePorts}, no other
 * call is given the same one, whichever process makes it.
 *
 * Where this process itself binds, `tcp://127.0.0.1:*` and the socket's `lastEndpoint` are better.
 *
 * @param count How many ports in a row.
 * @returns The first of them.
 */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = FIRST + Math.floor(Math.random() * (LAST - FIRST + 2 - count));
    if (await takePorts(first, first + count)) return first;
  }
}

/** @param end Not included. */
async function takePorts(first: number, end: number): Promise<boolean> {
  for (let port = first; port < end; port++) {
    if (!((await reserve(port)) && (await isFree(port)))) return false;
  }
  return true;
}

/** An endpoint on a {@link freePort}: `tcp://127.0.0.1:20123`. */
export async function freeEndpoint(): Promise<string> {
  return `tcp://127.0.0.1:${await freePort()}`;
}

/** Gives back every port that was reserved. */
export function releasePorts(): void {
  for (const reservation of reservations.splice(0)) reservation.close();
}

/** The UDP port of the same number says that it is taken: one process only can have it, and no TCP socket needs it. */
async function reserve(port: number): Promise<boolean> {
  const reservation = createSocket("udp4");
  try {
    reservation.bind({ port, address: "127.0.0.1", exclusive: true });
    await once(reservation, "listening");
  } catch {
    reservation.close();
    return false;
  }
  reservations.push(reservation.unref());
  return true;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    await once(server.close(), "close");
    return true;
  } catch {
    return false;
  }
}
