/** The files of ipc endpoints: what must not be replaced when one is bound. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { lstatSync, realpathSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

const IPC = "ipc://";

/** Something that is no socket has the path of an ipc endpoint. */
export class FileInTheWayError extends Error {
  override name = "FileInTheWayError";
}

/** The path of an ipc endpoint; nothing for another transport. */
export function ipcPath(endpoint: string): string | undefined {
  return endpoint.startsWith(IPC) ? endpoint.slice(IPC.length) : undefined;
}

/**
 * The file that binding an endpoint makes; nothing for another transport, an abstract socket (`ipc://@name`) and one
 * whose path libzmq chooses (`ipc://*`).
 */
export function socketFile(endpoint: string): string | undefined {
  const path = ipcPath(endpoint);
  return path === "*" || path?.startsWith("@") ? undefined : path;
}

/**
 * Binds to the file of an ipc endpoint, but only where none is, or one that a dead process has left behind: libzmq
 * would remove whatever is there, somebody's data as well as the socket of another server.
 *
 * @param bind Has libzmq bind it.
 * @throws {FileInTheWayError} When it is no socket.
 * @throws With the code `EADDRINUSE`, when somebody serves it; `EACCES`, when we may not know.
 */
export async function bindToFile<T>(file: string, bind: () => Promise<T>): Promise<T> {
  const lock = await lockFile(file);
  try {
    const kind = kindOf(file);
    if (kind === "other") throw new FileInTheWayError("a file is in the way");
    if (kind === "socket" && (await isServed(file))) {
      throw Object.assign(new Error(`somebody serves ${file}`), { code: "EADDRINUSE" });
    }
    return await bind();
  } finally {
    lock?.close();
  }
}

/** A link is no socket, wherever it leads: libzmq would remove the link. */
function kindOf(file: string): "socket" | "other" | undefined {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    return found && (found.isSocket() ? "socket" : "other");
  } catch {
    // Nothing can be there, and libzmq says why
    return undefined;
  }
}

/** Whether a process listens on a socket. */
async function isServed(file: string): Promise<boolean> {
  const probe = connect({ path: file });
  try {
    await once(probe, "connect");
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ECONNREFUSED" || code === "ENOENT") return false;
    // Its queue is full, or it is a socket of another type
    if (code === "EAGAIN" || code === "EPROTOTYPE") return true;
    throw error;
  } finally {
    probe.destroy();
  }
}

/** How long to wait for others that bind the same file at this moment, in milliseconds. */
const LOCK_TIMEOUT = 1000;

/**
 * Keeps others who would bind the same file from looking before we have bound it: by an abstract socket, which only
 * Linux has, and which goes with its process.
 */
async function lockFile(file: string): Promise<Server | undefined> {
  if (process.platform !== "linux") return undefined;
  const path = `\0zmq-common-${createHash("sha256").update(absolute(file)).digest("hex")}`;
  for (const deadline = performance.now() + LOCK_TIMEOUT; performance.now() < deadline;) {
    const server = createServer();
    try {
      await once(server.listen({ path }), "listening");
      return server;
    } catch {
      await setTimeout(5);
    }
  }
  return undefined;
}

/** However it is written, the same file has the same path. */
function absolute(file: string): string {
  try {
    return join(realpathSync(dirname(file)), basename(file));
  } catch {
    return file;
  }
}
