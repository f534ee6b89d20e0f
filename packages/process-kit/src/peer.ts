/** The roles in other languages: tests/peers, a folder for each language. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { type RunningProcess, TERMINATED } from "./running-process.js";
import type { Command, StartOptions } from "./spawn.js";
import { startAs } from "./start.js";
import { python } from "./tools.js";

/** A language that peers are written in. */
export type PeerLanguage = keyof typeof LANGUAGES;

export interface PeerOptions extends StartOptions {
  /** A folder of more programs in this language, looked into first. They may include the headers of tests/peers. */
  folder?: string;
}

const PEERS = join(import.meta.dirname, "../../../tests/peers");

const CACHE = join(import.meta.dirname, "../node_modules/.cache/peers");

const LANGUAGES = {
  C: { folder: join(PEERS, "c"), ending: "c", compiler: ["gcc", "-std=gnu11"], libraries: ["-lzmq"] },
  "C with czmq": {
    folder: join(PEERS, "czmq"),
    ending: "c",
    compiler: ["gcc", "-std=gnu11"],
    libraries: ["-lczmq", "-lzmq"],
  },
  "C++": { folder: join(PEERS, "cpp"), ending: "cpp", compiler: ["g++", "-std=c++17"], libraries: ["-lzmq"] },
  Python: { folder: join(PEERS, "python"), ending: "py", compiler: [], libraries: [] },
} as const;

const FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror"];

/**
 * Starts a peer, compiled first where it must be: `await peer("C", "hello_server", [endpoint, 1])`.
 *
 * @param name The file name of its source without the ending.
 * @param args The head of its source says what they are.
 * @throws When it does not compile, with what the compiler said.
 */
export async function peer(
  language: PeerLanguage,
  name: string,
  args: readonly (string | number)[] = [],
  options: PeerOptions = {},
): Promise<RunningProcess> {
  const command = await peerCommand(language, name, args, options);
  return startAs(`${name} in ${language}`, command, options, TERMINATED);
}

/** The command line of a peer, for programs that start it in surroundings of their own; see {@link peer}. */
export async function peerCommand(
  language: PeerLanguage,
  name: string,
  args: readonly (string | number)[] = [],
  options: Pick<PeerOptions, "folder"> = {},
): Promise<Command> {
  const { folder, ending, compiler, libraries } = LANGUAGES[language];
  const source = [options.folder ?? folder, folder]
    .map((each) => join(each, `${name}.${ending}`))
    .find((file) => existsSync(file));
  if (source === undefined)
    throw new Error(`Expected a peer ${name} in ${language}, got no ${name}.${ending}`);
  const texts = args.map(String);
  if (language === "Python") return [python(), source, ...texts];
  return [await compiled(name, source, [...compiler, ...FLAGS, "-I", folder], libraries), ...texts];
}

/**
 * The program that a source compiles to: once for as long as the sources and the command stay the same. Processes
 * that run side by side may compile the same one: each moves its own complete result into place.
 */
async function compiled(
  name: string,
  source: string,
  [compiler = "", ...flags]: string[],
  libraries: readonly string[],
): Promise<string> {
  const folder = join(
    CACHE,
    await fingerprint([join(source, ".."), flags.at(-1) ?? ""], [compiler, ...flags]),
  );
  const program = join(folder, name);
  if (existsSync(program)) return program;

  await mkdir(folder, { recursive: true });
  const unfinished = `${program}.${randomUUID()}`;
  await execa(compiler, [...flags, source, "-o", unfinished, ...libraries]);
  await rename(unfinished, program);
  return program;
}

/** Names what programs are made of: all sources of the folders, which share headers, and the command. */
async function fingerprint(folders: readonly string[], command: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(command.join(" "));
  for (const folder of new Set(folders)) {
    for (const file of (await readdir(folder)).toSorted()) {
      hash.update(file).update(await readFile(join(folder, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
