import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { checkProgramEndpoint, checkRemoteEndpoint } from "../sockets/endpoints.js";

/** An option of a role: a flag, and an environment variable of the same name. A flag beats its variable. */
export interface OptionSpec<T> {
  readonly description: string;
  /** What the value is, for `--help`: `ms`, `endpoint`. */
  readonly placeholder: string;
  /** Reads one value. Throws an Error whose message says what was expected. */
  readonly parse: (text: string) => unknown;
  readonly default: T;
  /** Its value is an array: the flag may be repeated, or take several values with commas between. */
  readonly repeatable?: boolean;
  /** Given without a flag, as the program's arguments. */
  readonly positional?: boolean;
  /** Its environment variable, where that is not the program's name and the option's. */
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
  return { description, placeholder: "endpoint", parse: checkProgramEndpoint, default: details.default };
}

/** One or more endpoints: the flag may be repeated, or take several with commas between. */
export function endpoints(description: string, details: { default: string[] }): OptionSpec<string[]> {
  return {
    description,
    placeholder: "endpoint",
    parse: checkProgramEndpoint,
    default: details.default,
    repeatable: true,
  };
}

/** An endpoint to connect to: an {@link endpoint} that names a peer. */
export function remoteEndpoint(description: string, details: { default: string }): OptionSpec<string> {
  return remote(endpoint(description, details));
}

/** One or more {@link endpoints} to connect to. */
export function remoteEndpoints(description: string, details: { default: string[] }): OptionSpec<string[]> {
  return remote(endpoints(description, details));
}

function remote<T>(spec: OptionSpec<T>): OptionSpec<T> {
  return { ...spec, parse: (given) => checkRemoteEndpoint(spec.parse(given) as string) };
}

/** Any text. */
export function text(description: string, details: { default: string }): OptionSpec<string> {
  return { description, placeholder: "text", parse: String, default: details.default };
}

/** The path of a file or folder; `undefined` where it is not given. */
export function path(description: string): OptionSpec<string | undefined> {
  return { description, placeholder: "path", parse: String, default: undefined };
}

/** The arguments that are not flags: any text, or some of the `choices`. */
export function positionals<const T extends string = string>(
  description: string,
  details: { default: readonly NoInfer<T>[]; choices?: readonly T[] },
): OptionSpec<T[]> {
  return {
    description,
    placeholder: "text",
    parse: details.choices === undefined ? String : oneOf(details.choices),
    default: [...details.default],
    repeatable: true,
    positional: true,
  };
}

/** One of a few words. */
export function choice<const T extends string>(
  description: string,
  details: { choices: readonly T[]; default: NoInfer<T>; env?: string },
): OptionSpec<T> {
  const { choices, ...rest } = details;
  return { description, placeholder: choices.join("|"), parse: oneOf(choices), ...rest };
}

function oneOf(choices: readonly string[]): (given: string) => string {
  return (given) => {
    if (choices.includes(given)) return given;
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
    if (/^-?\d+$/.test(given) && value >= min && value <= max) return value;
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
 * Reads the options of a program: a flag beats its environment variable, which beats the default. Help and usage
 * errors are printed. An empty environment variable counts as not given.
 *
 * @param argv The arguments after the name of the program.
 * @throws {UsageExit} When there is nothing left to do but to end.
 */
export function parseOptions<S extends OptionSpecs>(
  program: Program,
  specs: S,
  argv: readonly string[] = process.argv.slice(2),
): OptionValues<S> {
  const command = new Command(program.name)
    .description(program.description)
    .version(program.version, "-V, --version", "print the versions of the program and of libzmq")
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError("Run with --help to see all options.")
    .allowExcessArguments()
    .exitOverride();
  for (const [key, spec] of Object.entries(specs)) addOption(command, key, spec);
  try {
    command.parse(argv, { from: "user" });
    const values = command.opts();
    for (const [key, spec] of Object.entries(specs).filter(([, { positional }]) => positional)) {
      values[key] =
        command.args.length > 0 ? command.processedArgs[0] : positionalsFromEnv(command, key, spec);
    }
    const [excess] = command.registeredArguments.length === 0 ? command.args : [];
    if (excess !== undefined) command.error(`error: unexpected argument '${excess}'`);
    return values as OptionValues<S>;
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageExit(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
}

function addOption(command: Command, key: string, spec: OptionSpec<unknown>): void {
  const { description, placeholder, parse, default: value, repeatable = false, positional = false } = spec;
  const env = variable(command, key, spec);
  // An empty one counts as not given; commander would read it
  if (process.env[env] === "") delete process.env[env];
  const given: unknown[] = [];
  const parseArgument = (argument: string) => {
    try {
      given.push(...(repeatable && !positional ? argument.split(",") : [argument]).map(parse));
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
    return repeatable ? given : given.at(-1);
  };
  if (positional) {
    const argument = new Argument(`[${key}...]`, `${description} (env: ${env})`).argParser(parseArgument);
    command.addArgument(argument.default(value, JSON.stringify(value).slice(1, -1)));
  } else {
    const flags = `--${dashed(key)} <${placeholder}>`;
    const option = new Option(flags, repeatable ? `${description}; repeatable` : description);
    command.addOption(option.env(env).argParser(parseArgument).default(value, [value].flat().join(", ")));
  }
}

/** commander has environment variables for flags only. */
function positionalsFromEnv(command: Command, key: string, spec: OptionSpec<unknown>): unknown {
  const env = variable(command, key, spec);
  const value = process.env[env];
  try {
    return value === undefined ? spec.default : value.split(",").map(spec.parse);
  } catch (error) {
    const reason = (error as Error).message;
    return command.error(`error: argument '${key}' value '${value}' from env '${env}' is invalid. ${reason}`);
  }
}

/** The environment variable of an option: `healthFile` of `hello-server` is `HELLO_SERVER_HEALTH_FILE`. */
function variable(command: Command, key: string, { env }: OptionSpec<unknown>): string {
  return env ?? `${command.name()}-${dashed(key)}`.replaceAll("-", "_").toUpperCase();
}

const dashed = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
