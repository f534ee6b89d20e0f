/** TCP ports for processes that both ends must know of before they start. */
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Below every system's ephemeral range (Linux: from 32768 on). A port that the system hands out lies in that
 * range, and any connection may be given it as its own end before the process binds it; a client that keeps
 * trying to reach it may then even connect to itself.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** Test files that run side by side each draw from a slice of the range. */
const SLICES = 16;
const SLICE_SIZE = (LAST - FIRST) / SLICES;

const taken = new Set<number>();

/**
 * A TCP port on which nothing listens, drawn at random and confirmed by the system. No port is handed out
 * twice in a test file.
 *
 * Where the test itself binds, `tcp://127.0.0.1:*` and the socket's `lastEndpoint` are better.
 */
export async function freePort(): Promise<number> {
  const slice = Number(process.env["JEST_WORKER_ID"] ?? 0) % SLICES;
  for (;;) {
    const port = FIRST + slice * SLICE_SIZE + Math.floor(Math.random() * SLICE_SIZE);
    if (taken.has(port)) continue;
    taken.add(port);
    if (await isFree(port)) return port;
  }
}

/** An endpoint on a {@link freePort}: `tcp://127.0.0.1:20123`. */
export async function freeEndpoint(): Promise<string> {
  return `tcp://127.0.0.1:${await freePort()}`;
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
