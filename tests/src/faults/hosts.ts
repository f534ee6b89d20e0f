/** Roles that resolve names as files of the test say, in place of `/etc/hosts` and `/etc/resolv.conf` (Linux). */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { role, type RoleOptions, type RunningProcess } from "process-kit/jest";

/** Where the name server is that does not answer. */
const SILENT = "127.0.0.77";

export class Hosts implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "hosts-"));
  #silent: Socket | undefined;

  constructor() {
    this.set({});
    copyFileSync("/etc/resolv.conf", join(this.#folder, "resolv.conf"));
  }

  /** Gives names addresses, from now on; `localhost` has its own always. Other names have none any more. */
  set(names: Readonly<Record<string, readonly string[]>>): void {
    const entries = Object.entries({ localhost: ["127.0.0.1", "::1"], ...names });
    const lines = entries.flatMap(([name, addresses]) => addresses.map((address) => `${address} ${name}\n`));
    writeFileSync(join(this.#folder, "hosts"), lines.join(""));
  }

  /** From now on every other name is looked up at a name server that does not answer. */
  async silenceNameServer(): Promise<void> {
    this.#silent = createSocket("udp4");
    this.#silent.bind({ address: SILENT, port: 53 });
    await once(this.#silent, "listening");
    writeFileSync(join(this.#folder, "resolv.conf"), `nameserver ${SILENT}\n`);
  }

  /** Starts a role that resolves names so. */
  role<N extends string>(name: N, options: RoleOptions<N>): RunningProcess {
    const script = 'cd "$0" && for file in *; do mount --bind $file /etc/$file; done && exec "$@"';
    return role(name, options, { via: ["unshare", "--mount", "sh", "-c", script, this.#folder] });
  }

  [Symbol.dispose](): void {
    this.#silent?.close();
    rmSync(this.#folder, { recursive: true });
  }
}
