// Key maker
// Makes a CURVE key pair for each name that has none, and says which files it wrote
import { basename } from "node:path";
import { makeMissingKeys, type RoleContext } from "zmq-common";

export interface KeysOptions {
  /** For whom to make keys. */
  names: string[];
  /** The folder to put them into: a role's `--curve-dir`. */
  dir: string;
}

/** These only bind: they are connected to, and need not be admitted by anyone. */
const SERVERS = new Set(["hello-server", "wuserver", "tasksink", "jobsink", "dashboard"]);

export async function keys({ names, dir }: KeysOptions, { print, log }: RoleContext): Promise<void> {
  for (const name of names) {
    const authorize = !SERVERS.has(basename(name, ".key"));
    for (const file of makeMissingKeys(dir, name, { authorize }, log)) print(`${file}\n`);
  }
}
