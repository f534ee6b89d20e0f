/** Makes an app: its folder, its services in the compose files, and what the tests have to know of it. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodePlopAPI } from "node-plop";
import { hasEntry, listOf, withEntry } from "./compose.js";
import { type Kind, KINDS, type KindName } from "./kinds.js";
import { namesOf } from "./names.js";
import { type App, findApps, freePort } from "./repository.js";

/** The app that a new one looks like: the same scripts, dependencies and compiler options. */
const MODEL = "hello-server";

export interface Request {
  name: string;
  kind: KindName;
  /** The apps to connect to, in the order of {@link Kind.peers}. */
  peers: readonly App[];
}

/** What the templates are given. */
function describe(root: string, { name, kind, peers }: Request) {
  const { does, binds, options, peers: specs }: Kind = KINDS[kind];
  const names = namesOf(name);
  const [compose, secure] = [read(root, COMPOSE), read(root, SECURE)];
  const each = (key: string, file: string) => peers.flatMap((peer) => listOf(file, peer.name, key));
  const port = freePort(findApps(root));
  return {
    ...names,
    kind,
    does,
    options,
    ...(binds ? { binds: `tcp://*:${port}`, connects: `tcp://localhost:${port}` } : {}),
    peers: Object.fromEntries(
      peers.map((peer, index) => [
        specs[index]?.option,
        { app: peer.name, port: peer.port, endpoint: `tcp://localhost:${peer.port}` },
      ]),
    ),
    profiles: [...new Set([names.profile, ...each("profiles", compose)])],
    // With keys there is a network for each profile, and an app that connects joins the network of its peer
    networks: binds ? [names.profile] : [...new Set(each("networks", secure))],
  };
}

const COMPOSE = "docker-compose.yml";
const SECURE = "docker-compose.secure.yml";
const TESTS = "tests/package.json";

/**
 * Makes an app.
 *
 * @param root The folder of the repository.
 * @param templates The folder of the templates.
 * @returns The files and folders that are new or changed.
 */
export async function makeApp(
  plop: NodePlopAPI,
  root: string,
  templates: string,
  request: Request,
): Promise<string[]> {
  const data = describe(root, request);
  const folder = `apps/${data.name}`;
  const render = (template: string) => plop.renderString(read(templates, template), data);

  plop.setPartial("built", read(templates, "built.md.tpl"));
  const base = join(templates, data.kind);
  const files = {
    type: "addMany",
    base,
    templateFiles: `${base}/**`,
    // Not `hbs`, which prettier takes for HTML
    stripExtensions: ["tpl"],
    destination: join(root, folder),
  };
  const { failures } = await plop.setGenerator("app", { actions: [files] }).runActions(data);
  if (failures.length > 0) throw new Error(failures.map(({ error }) => error).join("\n"));

  for (const file of ["tsconfig.json", "turbo.json"]) {
    cpSync(join(root, "apps", MODEL, file), join(root, folder, file));
  }
  const manifest = JSON.parse(read(root, "apps", MODEL, "package.json")) as object;
  write({ ...manifest, name: data.name, description: data.does }, root, folder, "package.json");

  write(withEntry(read(root, COMPOSE), "services", render("service.yml.tpl")), root, COMPOSE);

  let secure = withEntry(read(root, SECURE), "services", render("secure-service.yml.tpl"));
  const secret = `  ${data.name}: { file: "\${CURVE_DIR:-./curve}/${data.name}_secret" }\n`;
  secure = withEntry(secure, "secrets", secret);
  for (const network of data.networks.filter((name) => !hasEntry(secure, "networks", name))) {
    secure = withEntry(secure, "networks", `  ${network}: { internal: true }\n`);
  }
  write(secure, root, SECURE);

  // So that it is built before tests that start it
  const tests = JSON.parse(read(root, TESTS)) as { devDependencies: Record<string, string> };
  const dependencies = Object.entries({ ...tests.devDependencies, [data.name]: "workspace:*" });
  const sorted = dependencies.toSorted(([a], [b]) => (a < b ? -1 : 1));
  write({ ...tests, devDependencies: Object.fromEntries(sorted) }, root, TESTS);

  return [folder, COMPOSE, SECURE, TESTS];
}

function read(...path: string[]): string {
  return readFileSync(join(...path), "utf8");
}

function write(content: string | object, ...path: string[]): void {
  writeFileSync(join(...path), typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
}
