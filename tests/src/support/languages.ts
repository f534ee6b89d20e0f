/** The seven roles, each started the same way whatever language it is written in. */
import { type Child, peer, role, type StartOptions } from "./processes.js";
import type { Tool } from "./tools.js";

/** The languages that are paired with each other; the C++ peers are for what differs on the wire. */
export const LANGUAGES = ["TypeScript", "C", "Python"] as const;

export type Language = (typeof LANGUAGES)[number] | "C++";

const TOOLS: Record<Language, Tool[]> = { TypeScript: [], C: ["gcc"], "C++": ["g++"], Python: ["pyzmq"] };

/** The tools that it takes to run peers in these languages. */
export function toolsFor(...languages: readonly Language[]): Tool[] {
  return [...new Set(languages.flatMap((language) => TOOLS[language]))];
}

/** Binds `endpoint` and works 1 ms on each request. */
export function helloServer(language: Language, endpoint: string): Promise<Child> {
  return started(language, "hello-server", ["--bind", endpoint, "--work", "1"], [endpoint, "1"]);
}

/** Connects to `endpoint` and sends 10 requests. */
export function helloClient(language: Language, endpoint: string): Promise<Child> {
  return started(language, "hello-client", ["--connect", endpoint], [endpoint, "10"]);
}

/** Binds `endpoint` and publishes as fast as it can. */
export function wuserver(language: Language, endpoint: string): Promise<Child> {
  return started(language, "wuserver", ["--bind", endpoint], [endpoint, "0"]);
}

/** Connects to `endpoint` and averages so many updates that begin with `filter`. */
export function wuclient(
  language: Language,
  endpoint: string,
  filter: string,
  updates: number,
): Promise<Child> {
  const flags = ["--connect", endpoint, "--updates", String(updates), filter];
  return started(language, "wuclient", flags, [endpoint, filter, String(updates)]);
}

/** Where the roles of a pipeline meet, and the size of its batch. */
export interface Pipeline {
  vent: string;
  sink: string;
  tasks: number;
}

/** Binds `vent`. Ours starts by itself once two workers are connected, the peers when Enter is pressed. */
export function taskvent(language: Language, { vent, sink, tasks }: Pipeline): Promise<Child> {
  const flags = ["--bind", vent, "--sink", sink, "--tasks", String(tasks), "--workers", "2"];
  return started(language, "taskvent", flags, [vent, sink, String(tasks)]);
}

/** Connects to `vent` and `sink`. */
export function taskwork(language: Language, { vent, sink }: Pipeline): Promise<Child> {
  return started(language, "taskwork", ["--vent", vent, "--sink", sink], [vent, sink]);
}

/** Binds `sink` and waits for the batch. */
export function tasksink(language: Language, { sink, tasks }: Pipeline): Promise<Child> {
  return started(language, "tasksink", ["--bind", sink, "--tasks", String(tasks)], [sink, String(tasks)]);
}

async function started(
  language: Language,
  name: string,
  flags: readonly string[],
  args: readonly string[],
  options: StartOptions = {},
): Promise<Child> {
  if (language === "TypeScript") return role(name, flags, options);
  return peer(language, name.replace("-", "_"), args, options);
}
