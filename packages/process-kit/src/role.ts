import { existsSync } from "node:fs";
import { join } from "node:path";
import { roleArguments, type RoleName, type RoleOptions } from "./role-options.js";
import { DONE, type RunningProcess, TERMINATED } from "./running-process.js";
import type { Command, StartOptions } from "./spawn.js";
import { startAs } from "./start.js";

export interface RoleStartOptions extends StartOptions {
  /** Another main module than the one of the app that is called so. */
  main?: string;
  /** Arguments of Node.js itself: `--max-semi-space-size=1`. */
  nodeArgs?: readonly string[];
}

/** How a role ends that was asked to stop: in good order, but for Windows, which has no SIGTERM. */
const STOPPED = process.platform === "win32" ? TERMINATED : DONE;

/**
 * Starts a role, as built, on the Node.js that runs this process: `role("taskvent", { bind, sink, workers: 2 })`.
 * It logs as JSON, from the level info on, and serves no metrics, whatever the environment says; `options.env` may say
 * otherwise.
 *
 * @param options Its options, or the arguments themselves.
 * @throws When the app has not been built.
 */
export function role<N extends RoleName | (string & {})>(
  name: N,
  options: RoleOptions<N> | readonly string[] = [],
  { main, nodeArgs = [], ...startOptions }: RoleStartOptions = {},
): RunningProcess {
  const [node, ...rest] = roleCommand(name, options, main);
  // What the developer's shell has for the log must not change what a test sees; and one port is not for all roles
  const env = { LOG_LEVEL: "info", LOG_FORMAT: "json", METRICS: undefined, ...startOptions.env };
  return startAs(name, [node, ...nodeArgs, ...rest], { ...startOptions, env }, STOPPED);
}

/** The command line of a role, for programs that start it in surroundings of their own; see {@link role}. */
export function roleCommand<N extends RoleName | (string & {})>(
  name: N,
  options: RoleOptions<N> | readonly string[] = [],
  main = mainModule(name),
): Command {
  const args = Array.isArray(options) ? options : roleArguments(name, options as RoleOptions<N>);
  return [process.execPath, main, ...(args as string[])];
}

/** Where the main module of a role is, from the top of the repository on: `apps/hello-server/dist/main.js`. */
export function mainModulePath(name: string): string {
  return `apps/${name}/dist/main.js`;
}

/**
 * The main module of a role.
 *
 * @throws When the app has not been built.
 */
export function mainModule(name: string): string {
  const main = join(import.meta.dirname, "../../..", mainModulePath(name));
  if (!existsSync(main)) throw new Error(`Expected ${name} to be built, got no ${main}; run \`pnpm build\``);
  return main;
}
