/** Reads the options of a program from flags and environment variables, and prints `--help`: by commander. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { OptionSpec, OptionSpecs, OptionValues } from "./options.js";

export interface Program {
  name: string;
  description: string;
  /** What `--version` prints. */
  version: string;
}

/** What is printed on. */
export interface Outputs {
  stdout: { write(text: string): void };
  stderr: { write(text: string): void };
}

/** The program exits before its role runs: with status 0 after `--help` and `--version`, 2 for wrong usage. */
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
 * @param outputs Where help and errors are printed.
 * @throws {UsageExit} After `--help`, `--version` or wrong usage.
 */
export function parseOptions<S extends OptionSpecs>(
  program: Program,
  specs: S,
  argv: readonly string[] = process.argv.slice(2),
  { stdout, stderr }: Outputs = process,
): OptionValues<S> {
  const command = new Command(program.name)
    .description(program.description)
    .version(program.version, "-V, --version", "print the versions of the program and of libzmq")
    .helpOption("-h, --help", "print this help")
    .showHelpAfterError("Run with --help to see all options.")
    .allowExcessArguments()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride();
  try {
    for (const [key, spec] of Object.entries(specs)) addOption(command, key, spec);
    refuseFlagsAsValues(command, argv);
    command.parse(argv, { from: "user" });
    const values = command.opts();
    for (const [key, spec] of Object.entries(specs).filter(([, { positional }]) => positional)) {
      values[key] =
        command.args.length > 0 ? command.processedArgs[0] : positionalsFromEnv(command, key, spec);
    }
    const [excess] = command.registeredArguments.length === 0 ? command.args : [];
    if (excess !== undefined) {
      command.error(`error: unexpected argument '${excess}'${looksLikeFlag(excess) ? `: ${FLAG_HINT}` : ""}`);
    }
    return values as OptionValues<S>;
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageExit(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
}

/** With one hyphen or two, or the dash that a word processor makes of them. */
const looksLikeFlag = (argument: string) => /^[\p{Pd}\u2212]+\p{L}/u.test(argument);

const FLAG_HINT = "flags begin with two hyphens, and go before `--`";

/** `--reply --work 5` lacks a reply; commander would take `--work` for it. `--reply=--work` says just that. */
function refuseFlagsAsValues(command: Command, argv: readonly string[]): void {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  const find = (argument = "") => command.options.find(({ long }) => long === argument.split("=")[0]);
  for (const [index, flag] of flags.entries()) {
    const option = find(flag);
    if (option?.required === true && !flag.includes("=") && find(flags[index + 1]) !== undefined) {
      command.error(`error: option '${option.flags}' argument missing: ${flags[index + 1]} is a flag`);
    }
  }
}

function addOption(command: Command, key: string, spec: OptionSpec<unknown>): void {
  const { description, placeholder, parse, default: value, repeatable = false, positional = false } = spec;
  const env = variable(command, key, spec);
  // An empty one counts as not given; commander would read it
  if (process.env[env] === "") delete process.env[env];
  if (spec.flag === true) {
    const option = new Option(`--${dashed(key)}`, description);
    // commander would take any value for yes
    if (!isYes(command, option, env)) delete process.env[env];
    command.addOption(option.env(env).default(value, "no"));
    return;
  }
  const given: unknown[] = [];
  const parseArgument = (argument: string) => {
    try {
      if (positional && !spec.verbatim && looksLikeFlag(argument)) throw new Error(FLAG_HINT);
      given.push(...(repeatable && !positional ? parseList(argument, parse) : [parse(argument)]));
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

/** Whether the variable of an option without a value says that it is given. */
function isYes(command: Command, option: Option, env: string): boolean {
  const word = process.env[env]?.trim().toLowerCase() ?? "no";
  if (["1", "true", "yes", "on"].includes(word)) return true;
  if (["0", "false", "no", "off"].includes(word)) return false;
  return command.error(
    `error: option '${option.flags}' value '${word}' from env '${env}' is invalid. expected yes or no`,
  );
}

/** Values with commas or blanks between, as `--help` and YAML have them; empty parts do not count. */
function parseList(list: string, parse: (text: string) => unknown): unknown[] {
  // A blank that no endpoint follows is part of a path
  const parts = list.split(/,|\s+(?=\w+:\/\/)/).filter((part) => part.trim() !== "");
  if (parts.length < 2) return [parse(parts[0] ?? list)];
  return parts.map((part) => {
    try {
      return parse(part);
    } catch (error) {
      throw new Error(`${(error as Error).message}, got '${part.trim()}'`, { cause: error });
    }
  });
}

/** commander has environment variables for flags only. */
function positionalsFromEnv(command: Command, key: string, spec: OptionSpec<unknown>): unknown {
  const env = variable(command, key, spec);
  const value = process.env[env];
  if (value === undefined) return spec.default;
  try {
    const texts = value.startsWith('"') ? quoted(value) : separated(value, spec.verbatim);
    return texts.map(spec.parse);
  } catch (error) {
    const reason = (error as Error).message;
    return command.error(`error: argument '${key}' value '${value}' from env '${env}' is invalid. ${reason}`);
  }
}

/** Texts with commas between. Blanks before a text do not count; those behind it do. */
function separated(value: string, verbatim = false): string[] {
  const texts = value.split(",").map((part) => part.trimStart());
  const some = texts.filter((part) => part !== "");
  if (some.length === 0) throw new Error('expected texts with commas between; "" in quotes is an empty one');
  if (!verbatim && some.some(looksLikeFlag)) {
    throw new Error('expected texts, not flags; in quotes, "--text" is a text');
  }
  return some;
}

/** Any texts: in quotes, as JSON has them, with commas between. */
function quoted(value: string): string[] {
  try {
    const texts = JSON.parse(`[${value}]`) as unknown[];
    if (texts.every((each) => typeof each === "string")) return texts;
  } catch {
    // Says the same
  }
  throw new Error('expected texts in quotes with commas between: "10001 ",""');
}

/** The environment variable of an option: `healthFile` of `hello-server` is `HELLO_SERVER_HEALTH_FILE`. */
function variable(command: Command, key: string, { env }: OptionSpec<unknown>): string {
  return env ?? `${command.name()}-${dashed(key)}`.replaceAll("-", "_").toUpperCase();
}

const dashed = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
