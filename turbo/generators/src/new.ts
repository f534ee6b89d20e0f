// npx pnpm@10 new NAME KIND [PEER…]
// Makes a new app; asks for what is not given
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import nodePlop, { type NodePlopAPI } from "node-plop";
import { makeApp, type Request } from "./app.js";
import { isKind, type Kind, KINDS, type KindName, type PeerSpec } from "./kinds.js";
import { nameProblem } from "./names.js";
import { type App, findApps, isPackage } from "./repository.js";

const root = join(import.meta.dirname, "../../..");
const templates = join(import.meta.dirname, "../templates");

const kinds = Object.entries(KINDS);
const usage = `Usage: npx pnpm@10 new NAME KIND [PEER…]

  NAME   of the new app: price-server
  KIND   what it is:
${kinds.map(([name, { does }]) => `           ${name.padEnd(10)} ${does}`).join("\n")}
  PEER   the app that it connects to, where it connects; a worker has two
${kinds.flatMap(([name, { peers }]) => defaults(name, peers)).join("\n")}

Without NAME or KIND, on a terminal, it asks.`;

function defaults(name: string, peers: readonly PeerSpec[]): string[] {
  if (peers.length === 0) return [];
  const apps = peers.map((peer) => `a ${peer.what} (${peer.default})`);
  return [`           ${name.padEnd(10)} ${apps.join(", ")}`];
}

class UsageError extends Error {}

/** What is wrong with the name of a new app, or nothing. */
function problemOf(name: string): string | undefined {
  if (isPackage(root, name)) return `There is a package ${JSON.stringify(name)} already`;
  return nameProblem(name, templates);
}

/** The apps that one can connect to as this peer. */
function candidates(spec: PeerSpec): App[] {
  return findApps(root).filter(
    ({ port, sockets }) => port !== undefined && sockets.some((socket) => spec.sockets.includes(socket)),
  );
}

/** The apps that are named, or the default ones. */
function peersOf(kind: KindName, names: readonly string[]): App[] {
  const specs: Kind["peers"] = KINDS[kind].peers;
  if (names.length > specs.length) {
    throw new UsageError(
      `Expected ${specs.length} PEER at most for ${kind}, got ${names.join(" ")}\n\n${usage}`,
    );
  }
  return specs.map((spec, index) => {
    const name = names[index] ?? spec.default;
    const peer = candidates(spec).find((app) => app.name === name);
    if (peer !== undefined) return peer;
    const known = candidates(spec).map((app) => app.name);
    throw new UsageError(`Expected a ${spec.what} (${known.join(", ")}), got ${JSON.stringify(name)}`);
  });
}

/** Reads the arguments; asks for what they do not say. */
async function readRequest(plop: NodePlopAPI, [name, kind, ...peers]: string[]): Promise<Request> {
  const problem = name === undefined ? undefined : problemOf(name);
  if (problem !== undefined) throw new UsageError(problem);
  if (kind !== undefined && !isKind(kind)) {
    throw new UsageError(`Expected a kind (${Object.keys(KINDS).join(", ")}), got ${JSON.stringify(kind)}`);
  }
  if (name !== undefined && kind !== undefined) return { name, kind, peers: peersOf(kind, peers) };
  if (!process.stdin.isTTY) throw new UsageError(usage);

  const ask = async (prompts: NonNullable<Parameters<NodePlopAPI["setGenerator"]>[1]["prompts"]>) =>
    (await plop.setGenerator("questions", { prompts }).runPrompts()) as Record<string, string>;
  const answers = await ask([
    {
      type: "input",
      name: "name",
      message: "Name of the new app:",
      when: name === undefined,
      validate: (text: string) => problemOf(text) ?? true,
    },
    {
      type: "list",
      name: "kind",
      message: "What is it?",
      choices: kinds.map(([value, { does }]) => ({
        name: `${value.padEnd(10)} ${does}`,
        value,
        short: value,
      })),
    },
  ]);
  const chosen = answers["kind"] as KindName;
  const specs: Kind["peers"] = KINDS[chosen].peers;
  const partners = await ask(
    specs.map((spec) => ({
      type: "list",
      name: spec.option,
      message: `Which ${spec.what} does it connect to?`,
      choices: candidates(spec).map((app) => app.name),
      default: spec.default,
    })),
  );
  const named = specs.map(({ option }) => partners[option] ?? "");
  return { name: name ?? answers["name"] ?? "", kind: chosen, peers: peersOf(chosen, named) };
}

function run(file: string, ...args: string[]): void {
  execFileSync(process.execPath, [file, ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

try {
  const plop = await nodePlop("", { destBasePath: root, force: false });
  const request = await readRequest(plop, process.argv.slice(2));
  const changed = await makeApp(plop, root, templates, request);

  const { resolve } = createRequire(join(root, "package.json"));
  run(resolve("prettier/bin/prettier.cjs"), "--write", ...changed);
  // The pnpm that runs this script; another one would find the lock file to be out of date
  const pnpm = process.env["npm_execpath"];
  if (pnpm?.includes("pnpm")) run(pnpm, "install", "--no-frozen-lockfile");

  const { name } = request;
  console.log(`Made apps/${name}, and its service in docker-compose.yml. Next:

  npx pnpm@10 --filter ${name} dev     runs it, again at each saved change
  npx pnpm@10 test --filter=${name}    tests it
  npx pnpm@10 docs:write${" ".repeat(name.length)}         adds it to the pages of docs/
  apps/${name}/README.md says more`);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
