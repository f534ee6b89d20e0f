/** The command line of a role, for programs that start it in surroundings of their own. */
import { join } from "node:path";

/** The role's built main module, run by the Node that runs the tests. */
export function command(name: string, args: readonly string[] = []): [string, ...string[]] {
  return [process.execPath, join(import.meta.dirname, "../../../apps", name, "dist/main.js"), ...args];
}

/** What the role's log needs in its environment to be read line by line. */
export const LOG_AS_JSON = { LOG_LEVEL: "info", LOG_FORMAT: "json" };
