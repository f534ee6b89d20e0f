/** What the generator reads in the repository: its apps, and the names and ports that are taken. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** An app of the repository. */
export interface App {
  readonly name: string;
  /** The TCP port that it binds unless it is told otherwise. */
  readonly port: number | undefined;
  /** What its role imports from zeromq.js: its sockets. */
  readonly sockets: readonly string[];
}

/** The first port for new apps; the chapter's apps have those below it. */
const FIRST_PORT = 5559;

/** The apps, with what their sources say about them. */
export function findApps(root: string): App[] {
  return readdirSync(join(root, "apps"))
    .filter((name) => existsSync(join(root, "apps", name, "package.json")))
    .map((name) => {
      const source = (file: string) => {
        const path = join(root, "apps", name, "src", file);
        return existsSync(path) ? readFileSync(path, "utf8") : "";
      };
      const [, port] = /"tcp:\/\/\*:(\d+)"/.exec(source("main.ts")) ?? [];
      const [, imported = ""] = /^import \{(.*)\} from "zeromq";$/m.exec(source(`${name}.ts`)) ?? [];
      return {
        name,
        port: port === undefined ? undefined : Number(port),
        sockets: imported.split(",").map((socket) => socket.trim()),
      };
    });
}

/** The first port for new apps that no app binds. */
export function freePort(apps: readonly App[]): number {
  let port = FIRST_PORT;
  while (apps.some((app) => app.port === port)) port += 1;
  return port;
}

/** Whether there is a package of this name, ours or one that is installed. */
export function isPackage(root: string, name: string): boolean {
  if (["tests", "bench", "generators"].includes(name)) return true;
  const parents = ["apps", "packages", "node_modules", "node_modules/.pnpm/node_modules"];
  return parents.some((parent) => existsSync(join(root, parent, name)));
}
