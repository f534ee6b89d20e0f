/** What each role takes on its command line; a test holds it against `--help`. */

/** What the value of an option is. Positionals go without a flag; so does the rest, which comes last, after `--`. */
interface Kinds {
  flag: boolean;
  rest: readonly string[];
  text: string;
  number: number;
  texts: string | readonly string[];
  positionals: readonly string[];
}

type Specs = Readonly<Record<string, keyof Kinds>>;

/** Those of every role. */
export const COMMON_OPTIONS = {
  curveDir: "text",
  healthFile: "text",
  telemetry: "text",
  metrics: "text",
  logLevel: "text",
  logFormat: "text",
} as const satisfies Specs;

export const ROLE_OPTIONS = {
  "hello-server": { bind: "texts", work: "number", reply: "text" },
  "hello-client": {
    connect: "texts",
    requests: "number",
    message: "text",
    timeout: "number",
    retries: "number",
  },
  wuserver: { bind: "texts", rate: "number", seed: "number" },
  wuclient: { filters: "positionals", connect: "texts", updates: "number" },
  taskvent: { bind: "texts", sink: "text", tasks: "number", workers: "number", seed: "number" },
  taskwork: { vent: "text", sink: "text" },
  tasksink: { bind: "texts", tasks: "number", timeout: "number" },
  jobvent: {
    bind: "texts",
    sink: "text",
    jobs: "number",
    seed: "number",
    input: "text",
    workers: "number",
    attempts: "number",
    journal: "text",
  },
  jobwork: {
    command: "rest",
    vent: "text",
    window: "number",
    timeout: "number",
    ttl: "number",
    grace: "number",
    forever: "flag",
  },
  jobsink: { bind: "texts", output: "text", journal: "text", sync: "flag" },
  dashboard: { bind: "texts", http: "text", name: "texts" },
  demo: { patterns: "positionals", workers: "number", port: "number", page: "flag" },
  keys: { names: "positionals", dir: "text" },
} as const satisfies Record<string, Specs>;

/** A role whose options are known. */
export type RoleName = keyof typeof ROLE_OPTIONS;

type Values<S extends Specs> = { readonly [K in keyof S]?: Kinds[S[K]] | undefined };

/** The options of a role; of one that is not known, any flags. */
export type RoleOptions<N extends string> = N extends RoleName
  ? Values<(typeof ROLE_OPTIONS)[N]> & Values<typeof COMMON_OPTIONS>
  : Readonly<Record<string, string | number | readonly string[] | undefined>>;

/**
 * Options as a command line: `{ bind: ["a", "b"], healthFile: "c" }` is `--bind a --bind b --health-file c`.
 * Positionals come first; what is `undefined` is left out.
 */
export function roleArguments<N extends string>(role: N, options: RoleOptions<N>): string[] {
  const specs = (ROLE_OPTIONS as Record<string, Specs>)[role] ?? {};
  const positionals: string[] = [];
  const flags: string[] = [];
  const rest: string[] = [];
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const texts = [value].flat().map(String);
    if (specs[key] === "rest") rest.push("--", ...texts);
    else if (specs[key] === "flag") flags.push(...(value ? [`--${dashed(key)}`] : []));
    else if (specs[key] === "positionals") positionals.push(...texts);
    else for (const text of texts) flags.push(`--${dashed(key)}`, text);
  }
  return [...positionals, ...flags, ...rest];
}

function dashed(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
