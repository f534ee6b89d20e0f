import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { checkEndpoint } from "./endpoints.js";

/** An option of a role: a flag, and an environment variable of the same name. */
export interface OptionSpec<T> {
  readonly description: string;
  /** What the value is, for `--help`: `ms`, `endpoint`. */
  readonly placeholder: string;
  /** Reads one value. Throws an Error whose message says what was expected. */
  readonly parse: (text: string) => unknown;
  readonly fallback: T;
  /** May be given several times; its value is an array. */
  readonly repeatable: boolean;
  /** Given without a flag, as the program's arguments. */
  readonly positional: boolean;
  /** Its environment variable, where that is not the program's name and the option's. */
  readonly variable?: string | undefined;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a record of options of any type
export type OptionSpecs = Record<string, OptionSpec<any>>;

/** The values that a record of options parses to. */
export type OptionValues<S extends OptionSpecs> = {
  [K in keyof S]: S[K] extends OptionSpec<infer T> ? T : never;
};

interface Details<T> {
  fallback: T;
  placeholder: string;
  repeatable?: boolean;
  positional?: boolean;
  variable?: string | undefined;
}

function option<T>(description: string, parse: (text: string) => unknown, rest: Details<T>): OptionSpec<T> {
  return { repeatable: false, positional: false, ...rest, description, parse };
}

/** An endpoint such as `tcp://localhost:5555`. */
export function endpoint(description: string, fallback: string): OptionSpec<string> {
  return option(description, checkEndpoint, { fallback, placeholder: "endpoint" });
}

/** One or more endpoints: the flag may be repeated, or take several with commas between. */
export function endpoints(description: string, fallback: string[]): OptionSpec<string[]> {
  return option(description, checkEndpoint, { fallback, placeholder: "endpoint", repeatable: true });
}

/** Any text. */
export function text(description: string, fallback: string): OptionSpec<string> {
  return option(description, String, { fallback, placeholder: "text" });
}

/** The path of a file, if any. */
export function path(description: string): OptionSpec<string | undefined> {
  return option(description, String, { fallback: undefined, placeholder: "path" });
}

/** What the program is given besides flags: any number of texts. */
export function texts(description: string, fallback: string[]): OptionSpec<string[]> {
  return option(description, String, { fallback, placeholder: "text", repeatable: true, positional: true });
}

/** What the program is given besides flags: any number of a few words. */
export function words<const T extends string>(
  description: string,
  choices: readonly T[],
  fallback: readonly NoInfer<T>[],
): OptionSpec<T[]> {
  const parse = oneOf(choices);
  const details = { fallback: [...fallback], placeholder: "word", repeatable: true, positional: true };
  return option<T[]>(description, parse, details);
}

/** One of a few words. */
export function choice<const T extends string>(
  description: string,
  choices: readonly T[],
  fallback: NoInfer<T>,
  variable?: string,
): OptionSpec<T> {
  return option<T>(description, oneOf(choices), { fallback, placeholder: choices.join("|"), variable });
}

function oneOf(choices: readonly string[]): (given: string) => string {
  return (given) => {
    if (choices.includes(given)) return given;
    throw new RangeError(`expected ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`);
  };
}

export interface IntegerDetails<T> {
  fallback: T;
  least?: number;
  most?: number;
  placeholder?: string;
}

/** An integer from `least` (0) to `most` (a billion). Without a fallback, `undefined` where it is not given. */
export function integer(description: string, details: IntegerDetails<number>): OptionSpec<number>;
export function integer(
  description: string,
  details?: Partial<IntegerDetails<undefined>>,
): OptionSpec<number | undefined>;
export function integer(
  description: string,
  {
    fallback,
    least = 0,
    most = 1_000_000_000,
    placeholder = "n",
  }: Partial<IntegerDetails<number | undefined>> = {},
): OptionSpec<number | undefined> {
  const parse = (given: string) => {
    const value = Number(given);
    if (/^-?\d+$/.test(given) && value >= least && value <= most) return value;
    throw new RangeError(`expected an integer from ${least} to ${most}`);
  };
  return option(description, parse, { fallback, placeholder });
}

/** A span of time in milliseconds, as long as a timer can run (24 days). */
export function milliseconds(description: string, fallback: number, least?: number): OptionSpec<number>;
export function milliseconds(
  description: string,
  fallback?: undefined,
  least?: number,
): OptionSpec<number | undefined>;
export function milliseconds(
  description: string,
  fallback?: number,
  least = 0,
): OptionSpec<number | undefined> {
  const range = { least, most: 2 ** 31 - 1, placeholder: "ms" };
  return fallback === undefined ? integer(description, range) : integer(description, { ...range, fallback });
}

export interface Program {
  name: string;
  description: string;
  /** What `--version` prints. */
  version: string;
}

/** Why a program ends before it begins: 0 after `--help` and `--version`, 2 for wrong usage. */
export class UsageExit extends Error {
  override name = "UsageExit";
  readonly status: 0 | 2;
  constructor(status: 0 | 2) {
    super(`usage: ends with status ${status}`);
    this.status = status;
  }
}

/**
 * Reads the options of a program: a flag beats its environment variable, which beats the default. Help and
 * complaints are printed. An environment variable that is empty counts as not given.
 *
 * @param argv The arguments after the name of the program.
 * @param env Environment variables.
 * @throws {UsageExit} When there is nothing left to do but to end.
 */
export function parseOptions<S extends OptionSpecs>(
  program: Program,
  specs: S,
  argv: readonly string[] = process.argv.slice(2),
  env: NodeJS.ProcessEnv = process.env,
): OptionValues<S> {
  const command = new Command(program.name)
    .description(program.description)
    .version(program.version, "-V, --version", "print the versions of the program and of libzmq")
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError("Run with --help to see all options.")
    .allowExcessArguments()
    .exitOverride();
  const given = new Map<string, unknown[]>();
  const collect = (key: string, spec: OptionSpec<unknown>) => (value: string) => {
    try {
      const values = spec.repeatable && !spec.positional ? value.split(",") : [value];
      given.set(key, [...(given.get(key) ?? []), ...values.map(spec.parse)]);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
  for (const [key, spec] of Object.entries(specs)) {
    const { positional, placeholder } = spec;
    const description = [spec.description, ...remarks(spec, variableName(program.name, key, spec))].join(
      "; ",
    );
    if (positional) {
      command.addArgument(new Argument(`[${key}...]`, description).argParser(collect(key, spec)));
    } else {
      const flags = `--${dashed(key)} <${placeholder}>`;
      command.addOption(new Option(flags, description).argParser(collect(key, spec)));
    }
  }
  try {
    command.parse(argv, { from: "user" });
    const [excess] = command.registeredArguments.length === 0 ? command.args : [];
    if (excess !== undefined) command.error(`error: unexpected argument '${excess}'`);
    for (const [key, spec] of Object.entries(specs)) {
      const variable = variableName(program.name, key, spec);
      const value = env[variable];
      if (given.has(key) || value === undefined || value === "") continue;
      try {
        for (const part of spec.repeatable ? value.split(",") : [value]) collect(key, spec)(part);
      } catch (error) {
        command.error(
          `error: environment variable '${variable}' value '${value}' is invalid. ${(error as Error).message}`,
        );
      }
    }
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageExit(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  return Object.fromEntries(
    Object.entries(specs).map(([key, spec]) => {
      const values = given.get(key);
      return [key, values === undefined ? spec.fallback : spec.repeatable ? values : values.at(-1)];
    }),
  ) as OptionValues<S>;
}

/** The environment variable of an option: `healthFile` of `hello-server` is `HELLO_SERVER_HEALTH_FILE`. */
function variableName(program: string, key: string, { variable }: OptionSpec<unknown>): string {
  return variable ?? `${program}-${dashed(key)}`.replaceAll("-", "_").toUpperCase();
}

const dashed = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What `--help` says of an option after its description. */
function remarks({ fallback, repeatable, positional }: OptionSpec<unknown>, variable: string): string[] {
  const shown = [fallback ?? []]
    .flat()
    .map((value: unknown) => (positional ? JSON.stringify(value) : (value as string)));
  return [
    ...(repeatable && !positional ? ["repeatable"] : []),
    ...(shown.length > 0 ? [`default ${shown.join(", ")}`] : []),
    `env ${variable}`,
  ];
}
