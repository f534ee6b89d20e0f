/** Compiles the peers under `peers/`, each once for as long as the sources stay the same. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** The folder of the peers' sources, one folder a language. */
export const PEERS = join(import.meta.dirname, "../../peers");

const CACHE = join(import.meta.dirname, "../../node_modules/.cache/peers");

const COMPILERS = {
  c: ["gcc", "-std=gnu11"],
  cpp: ["g++", "-std=c++17"],
} as const;

const FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror"];

/**
 * The program built from `peers/<language>/<name>.<language>`. Test files that run side by side may build the
 * same one: each moves its own complete result into place.
 *
 * @param name The peer's file name without its ending: `hello_server`.
 * @returns Its path.
 * @throws When it does not compile, with what the compiler said.
 */
export async function builtPeer(language: keyof typeof COMPILERS, name: string): Promise<string> {
  const [compiler, standard] = COMPILERS[language];
  const sources = join(PEERS, language);
  const folder = join(CACHE, await fingerprint(sources, [compiler, standard, ...FLAGS]));
  const program = join(folder, name);
  if (existsSync(program)) return program;

  await mkdir(folder, { recursive: true });
  const unfinished = `${program}.${randomUUID()}`;
  const source = join(sources, `${name}.${language}`);
  await execa(compiler, [standard, ...FLAGS, source, "-o", unfinished, "-lzmq"]);
  await rename(unfinished, program);
  return program;
}

/** Names what the programs are made of: all sources of the folder, for they share headers, and the command. */
async function fingerprint(folder: string, command: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(command.join(" "));
  for (const file of (await readdir(folder)).toSorted()) {
    hash.update(file).update(await readFile(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
