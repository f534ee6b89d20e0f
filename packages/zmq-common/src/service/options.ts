/** How a role declares its options; command-line.ts reads them. */
import { markAsDefaults } from "../sockets/default-endpoints.js";
import { checkProgramEndpoint, checkRemoteEndpoint } from "../sockets/endpoints.js";

/** An option of a role: a flag, and an environment variable of the same name. A flag beats its variable. */
export interface OptionSpec<T> {
  readonly description: string;
  /** What the value is, for `--help`: `ms`, `endpoint`. */
  readonly placeholder: string;
  /** Reads one value. Throws an Error whose message says what was expected. */
  readonly parse: (text: string) => unknown;
  readonly default: T;
  /** Its value is an array: the flag may be repeated, or take several values with commas or blanks between. */
  readonly repeatable?: boolean;
  /** It takes no value: given or not. In its environment variable, `no`, `false`, `off` and `0` are not given. */
  readonly flag?: boolean;
  /** Given without a flag, as the program's arguments; in its variable with commas between, or in quotes: `"10001 ",""`. */
  readonly positional?: boolean;
  /** Arguments that look like flags are taken, too: those of another command. */
  readonly verbatim?: boolean;
  /** Its environment variable. Default: the names of the program and of the option. */
  readonly env?: string | undefined;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a record of options of any type
export type OptionSpecs = Record<string, OptionSpec<any>>;

/** The values that a record of options parses to. */
export type OptionValues<S extends OptionSpecs> = {
  [K in keyof S]: S[K] extends OptionSpec<infer T> ? T : never;
};

/** An endpoint such as `tcp://localhost:5555`. */
export function endpoint(description: string, details: { default: string }): OptionSpec<string> {
  return { description, placeholder: "endpoint", parse: parseEndpoint, default: details.default };
}

/** One or more endpoints: the flag may be repeated, or take several with commas or blanks between. */
export function endpoints(description: string, details: { default: string[] }): OptionSpec<string[]> {
  return {
    description,
    placeholder: "endpoint",
    parse: parseEndpoint,
    default: markAsDefaults(details.default),
    repeatable: true,
  };
}

const parseEndpoint = (given: string) => checkProgramEndpoint(given.trim());

/** An endpoint to connect to: an {@link endpoint} that names a peer. */
export function remoteEndpoint(description: string, details: { default: string }): OptionSpec<string> {
  return remote(endpoint(description, details));
}

/** A {@link remoteEndpoint}; `undefined` where it is not given. */
export function optionalRemoteEndpoint(
  description: string,
  details: { env?: string } = {},
): OptionSpec<string | undefined> {
  return { ...remote(endpoint(description, { default: "" })), ...details, default: undefined };
}

/** One or more {@link endpoints} to connect to. */
export function remoteEndpoints(description: string, details: { default: string[] }): OptionSpec<string[]> {
  return remote(endpoints(description, details));
}

function remote<T>(spec: OptionSpec<T>): OptionSpec<T> {
  return { ...spec, parse: (given) => checkRemoteEndpoint(spec.parse(given) as string) };
}

/** Where to listen, as host and port: `127.0.0.1:8080`. */
export function address(description: string, details: { default: string }): OptionSpec<string> {
  return { description, placeholder: "host:port", parse: checkAddress, default: details.default };
}

/** An {@link address}; `undefined` where it is not given. */
export function optionalAddress(
  description: string,
  details: { env?: string } = {},
): OptionSpec<string | undefined> {
  return { ...address(description, { default: "" }), ...details, default: undefined };
}

function checkAddress(given: string): string {
  const { host, port } = parseAddress(given);
  if (host !== "" && /^\d+$/.test(port) && Number(port) <= 65_535) return given.trim();
  throw new RangeError("expected a host and a port, such as 127.0.0.1:8080");
}

/** The parts of an {@link address}; an IPv6 one is in brackets. */
export function parseAddress(given: string): { host: string; port: string } {
  const [, host = "", port = ""] = /^\[?([^\]]*?)\]?:(\w*)$/.exec(given.trim()) ?? [];
  return { host, port };
}

/** Any text. */
export function text(description: string, details: { default: string }): OptionSpec<string> {
  return { description, placeholder: "text", parse: String, default: details.default };
}

/** The path of a file or folder; `undefined` where it is not given. */
export function path(description: string): OptionSpec<string | undefined> {
  return { description, placeholder: "path", parse: String, default: undefined };
}

/** Any number of texts: the flag may be repeated, or take several with commas between. */
export function texts(description: string): OptionSpec<string[]> {
  return { description, placeholder: "text", parse: (given) => given.trim(), default: [], repeatable: true };
}

/** Whether a flag is given. */
export function flag(description: string): OptionSpec<boolean> {
  return { description, placeholder: "", parse: Boolean, default: false, flag: true };
}

/** The arguments that are not flags: any text, or some of the `choices`. */
export function positionals<const T extends string = string>(
  description: string,
  details: {
    default: readonly NoInfer<T>[];
    choices?: readonly T[];
    /** Takes what looks like a flag, too: the arguments of another command, behind `--`. */
    verbatim?: boolean;
  },
): OptionSpec<T[]> {
  const { choices, default: values, verbatim = false } = details;
  return {
    description,
    placeholder: "text",
    parse: choices === undefined ? String : oneOf(choices),
    default: [...values],
    repeatable: true,
    positional: true,
    verbatim,
  };
}

/** One of a few words, in upper or lower case. */
export function choice<const T extends string>(
  description: string,
  details: {
    choices: readonly T[];
    default: NoInfer<T>;
    /** Other words for some of the choices. */
    aliases?: Readonly<Record<string, NoInfer<T>>>;
    env?: string;
  },
): OptionSpec<T> {
  const { choices, aliases, ...rest } = details;
  return { description, placeholder: choices.join("|"), parse: oneOf(choices, aliases), ...rest };
}

function oneOf(
  choices: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): (given: string) => string {
  return (given) => {
    const word = given.trim().toLowerCase();
    const chosen = choices.includes(word) ? word : new Map(Object.entries(aliases)).get(word);
    if (chosen !== undefined) return chosen;
    throw new RangeError(`expected ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`);
  };
}

export interface IntegerDetails {
  default?: number;
  /** Default: 0. */
  min?: number;
  /** Default: a billion. */
  max?: number;
}

/** An integer; without a default, `undefined` where it is not given. */
export function integer<const D extends IntegerDetails>(
  description: string,
  details?: D,
  placeholder = "n",
): OptionSpec<D extends { default: number } ? number : number | undefined> {
  const { min = 0, max = 1_000_000_000 } = details ?? {};
  const parse = (given: string) => {
    const value = Number(given);
    if (/^-?\d+$/.test(given.trim()) && value >= min && value <= max) return value;
    throw new RangeError(`expected an integer from ${min} to ${max}`);
  };
  return { description, placeholder, parse, default: details?.default as number };
}

/** A time span in milliseconds, as long as a timer can run (24 days). */
export function milliseconds<const D extends Pick<IntegerDetails, "default" | "min">>(
  description: string,
  details?: D,
): OptionSpec<D extends { default: number } ? number : number | undefined> {
  return integer(description, { ...(details as D), max: 2 ** 31 - 1 }, "ms");
}
