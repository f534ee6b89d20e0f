/** The seven roles, each started the same way whatever language it is written in. */
import {
  peer,
  role,
  type RoleName,
  type RoleOptions,
  type RunningProcess,
  type Tool,
} from "process-kit/jest";

/** The languages that are paired with each other; the C++ peers are for what differs on the wire. */
export const LANGUAGES = ["TypeScript", "C", "Python"] as const;

export type Language = (typeof LANGUAGES)[number] | "C++";

const TOOLS: Record<Language, Tool[]> = { TypeScript: [], C: ["gcc"], "C++": ["g++"], Python: ["pyzmq"] };

/** The tools that it takes to run peers in these languages. */
export function toolsFor(...languages: readonly Language[]): Tool[] {
  return [...new Set(languages.flatMap((language) => TOOLS[language]))];
}

/** Binds `endpoint` and works 1 ms on each request. */
export function helloServer(language: Language, endpoint: string): Promise<RunningProcess> {
  return started(language, "hello-server", { bind: endpoint, work: 1 }, [endpoint, 1]);
}

/** Connects to `endpoint` and sends 10 requests. */
export function helloClient(language: Language, endpoint: string): Promise<RunningProcess> {
  return started(language, "hello-client", { connect: endpoint }, [endpoint, 10]);
}

/** Binds `endpoint` and publishes as fast as it can. */
export function wuserver(language: Language, endpoint: string): Promise<RunningProcess> {
  return started(language, "wuserver", { bind: endpoint }, [endpoint, 0]);
}

/** Connects to `endpoint` and averages a number of updates that begin with `filter`. */
export function wuclient(
  language: Language,
  endpoint: string,
  filter: string,
  updates: number,
): Promise<RunningProcess> {
  const options = { filters: [filter], connect: endpoint, updates };
  return started(language, "wuclient", options, [endpoint, filter, updates]);
}

/** The endpoints of a pipeline, and the size of its batch. */
export interface Pipeline {
  vent: string;
  sink: string;
  tasks: number;
}

/** Binds `vent`. Ours starts by itself once two workers are connected, the peers when Enter is pressed. */
export function taskvent(language: Language, { vent, sink, tasks }: Pipeline): Promise<RunningProcess> {
  return started(language, "taskvent", { bind: vent, sink, tasks, workers: 2 }, [vent, sink, tasks]);
}

/** Connects to `vent` and `sink`. */
export function taskwork(language: Language, { vent, sink }: Pipeline): Promise<RunningProcess> {
  return started(language, "taskwork", { vent, sink }, [vent, sink]);
}

/** Binds `sink` and waits for the batch. */
export function tasksink(language: Language, { sink, tasks }: Pipeline): Promise<RunningProcess> {
  return started(language, "tasksink", { bind: sink, tasks }, [sink, tasks]);
}

async function started<N extends RoleName>(
  language: Language,
  name: N,
  options: RoleOptions<N>,
  args: readonly (string | number)[],
): Promise<RunningProcess> {
  if (language === "TypeScript") return role(name, options);
  return peer(language, name.replace("-", "_"), args);
}
