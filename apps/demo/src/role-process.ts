import { fileURLToPath } from "node:url";
import { execaNode } from "execa";
import type { Part } from "./patterns.js";
import type { Column } from "./screen.js";

/** How long a role may take to stop before it is killed, in milliseconds. */
const PATIENCE = 2000;

/** The main module of a role, once it is built. */
export function mainModule(role: string): string {
  return fileURLToPath(new URL(`../../${role}/dist/main.js`, import.meta.url));
}

const start = ({ role, flags }: Part) =>
  execaNode(mainModule(role), flags, {
    stdin: "ignore",
    buffer: false,
    reject: false,
    forceKillAfterDelay: PATIENCE,
  });

/** A role that runs as a process of its own, shown in a column of the screen. */
export class RoleProcess {
  readonly part: Part;
  /** What it printed on stdout so far. */
  output = "";
  /** Resolves when it has ended as it should; rejects when it failed, or is a server and ended by itself. */
  readonly done: Promise<void>;
  readonly #child: ReturnType<typeof start>;
  #stopping = false;

  constructor(part: Part, column: Column) {
    this.part = part;
    this.#child = start(part);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
      column.out(text);
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => column.error(text));

    this.done = new Promise((resolve, reject) => {
      void this.#child.then(({ exitCode, signal }) => {
        column.end();
        if (this.#stopping || (exitCode === 0 && !part.server)) return resolve();
        const how = exitCode === undefined ? `was ended by ${signal}` : `ended with status ${exitCode}`;
        return reject(new Error(`${part.role} ${how}; the others are stopped`));
      });
    });
  }

  /** Stops it, and waits until it has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill("SIGTERM");
    await this.#child;
  }
}
