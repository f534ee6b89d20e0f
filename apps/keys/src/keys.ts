// Key maker
// Makes a CURVE key pair for each name, and says which files it wrote
import { makeKeys, type RoleContext } from "zmq-common";

export interface KeysOptions {
  /** For whom to make keys. */
  names: string[];
  /** The folder to put them into: a role's `--curve-dir`. */
  dir: string;
}

/** These only bind: they are connected to, and need not be admitted by anyone. */
const SERVERS = new Set(["hello-server", "wuserver", "tasksink"]);

export async function keys({ names, dir }: KeysOptions, { print }: RoleContext): Promise<void> {
  for (const name of names) {
    for (const file of makeKeys(dir, name, { authorize: !SERVERS.has(name) })) print(`${file}\n`);
  }
}
