/** One app of each kind, made in a copy of the repository: checked, tested, and run as processes. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { execa, type Options, parseCommandString } from "execa";
import { freeEndpoint, type RunningProcess, start, testWith } from "process-kit/jest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "../../..");

/** The arguments of each; the last one is made as the README says, and so is installed with all others. */
const MADE = [
  "price-server reply",
  "price-client request price-server",
  "price-feed publish",
  "price-board subscribe price-feed",
  "price-vent push",
  "price-sink pull",
  "price-work worker price-vent price-sink",
];
const APPS = MADE.map((args) => args.split(" ")[0] ?? "");

/** How long all of that may take, in milliseconds. */
const DEADLINE = 300_000;

let copy = "";

function inCopy(command: string, options: Options = {}) {
  const [file = "", ...args] = parseCommandString(command);
  // A developer's machine: under CI, pnpm takes a lock file that has to change for an error
  return execa(file, args, { cwd: copy, env: { CI: undefined }, stdin: "ignore", ...options });
}

/** The generator itself, without the installation that follows when pnpm starts it. */
const generator = () => ["--import", "tsx", join(copy, "turbo/generators/src/new.ts")];

function make(args: string) {
  return execa(process.execPath, [...generator(), ...parseCommandString(args)], {
    cwd: copy,
    env: { npm_execpath: undefined },
    stdin: "ignore",
    reject: false,
  });
}

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), "new-"));
  const list = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await execa("git", list, { cwd: ROOT });
  const files = stdout.split("\n").filter((file) => existsSync(join(ROOT, file)));
  for (const file of files) cpSync(join(ROOT, file), join(copy, file));
  await inCopy("npx --yes pnpm@10 install --prefer-offline");
  for (const args of MADE.slice(0, -1)) {
    const { exitCode, stderr } = await make(args);
    expect({ args, exitCode, stderr }).toEqual({ args, exitCode: 0, stderr: "" });
  }
  await inCopy(`npx --yes pnpm@10 new ${MADE.at(-1)}`);
}, DEADLINE);
afterAll(() => rmSync(copy, { recursive: true }));

test(
  "they are built, linted, typed and tested",
  async () => {
    const filters = APPS.map((app) => `--filter=${app}`).join(" ");
    await inCopy(`npx --yes pnpm@10 exec turbo run build lint typecheck test ${filters}`);
    for (const app of APPS) {
      const results = JSON.parse(readFileSync(join(copy, "apps", app, "test-results.json"), "utf8")) as {
        numPassedTests: number;
        numTotalTests: number;
      };
      expect(results.numPassedTests).toBeGreaterThan(1);
      expect(results.numPassedTests).toBe(results.numTotalTests);
    }
  },
  DEADLINE,
);

test(
  "the repository's other checks pass: form, boundaries, unused code, links, spelling",
  async () => {
    await inCopy("npx --yes pnpm@10 exec prettier --check apps tests/package.json docker-compose*.yml");
    await inCopy("npx --yes pnpm@10 exec turbo boundaries");
    await inCopy("npx --yes pnpm@10 exec depcruise --config .dependency-cruiser.cjs apps");
    await inCopy("npx --yes pnpm@10 unused");
    await inCopy("npx --yes pnpm@10 exec remark --frail --quiet --no-stdout apps");
    await inCopy("npx --yes pnpm@10 exec cspell lint --no-progress apps/price-*/**");
  },
  DEADLINE,
);

test("each role is a page of 20 to 45 lines", () => {
  for (const app of APPS) {
    const lines = readFileSync(join(copy, "apps", app, "src", `${app}.ts`), "utf8").split("\n").length - 1;
    expect(lines).toBeGreaterThanOrEqual(20);
    expect(lines).toBeLessThanOrEqual(45);
  }
});

/** Starts an app of the copy, as built. */
function role(app: string, ...args: string[]): RunningProcess {
  return start([process.execPath, join(copy, "apps", app, "dist/main.js"), ...args]);
}

test("reply answers request", async () => {
  const endpoint = await freeEndpoint();
  const server = role("price-server", "--bind", endpoint, "--reply", "42");
  const client = role("price-client", "--connect", endpoint, "--requests", "2", "--message", "How much?");
  await client.done();
  expect(client.stdout).toBe(
    "Sending How much? 0...\nReceived 42 0\nSending How much? 1...\nReceived 42 1\n",
  );
  expect(server.stdout).toBe("Received How much?\nReceived How much?\n");
});

test("subscribe receives what publish sends", async () => {
  const endpoint = await freeEndpoint();
  role("price-feed", "--bind", endpoint, "--rate", "1000");
  const board = role("price-board", "odd", "--connect", endpoint, "--updates", "3");
  await board.done();
  expect(board.stdout).toMatch(/^(odd \d*[13579]\n){3}$/);
});

test("a worker takes tasks from push and sends results to pull", async () => {
  const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
  const collector = role("price-sink", "--bind", sink, "--results", "10");
  const worker = role("price-work", "--vent", vent, "--sink", sink);
  await role("price-vent", "--bind", vent, "--tasks", "10").done();
  await collector.done();
  expect(collector.stdout.split("\n").toSorted()).toEqual(
    ["", ...Array.from({ length: 10 }, (_, n) => `Received ${n} done`)].toSorted(),
  );
  expect(worker.stdout.match(/^Doing \d$/gm)).toHaveLength(10);
});

test("the compose services set variables that the apps know, and no two bind the same port", async () => {
  const { services } = parse(readFileSync(join(copy, "docker-compose.yml"), "utf8"), { merge: true }) as {
    services: Record<string, { environment: Record<string, string | null>; profiles: string[] }>;
  };
  const ports: string[] = [];
  for (const app of APPS) {
    const help = role(app, "--help");
    await help.done();
    const known = [...help.stdout.matchAll(/env:\s+([A-Z_]+)/g)].map(([, variable]) => variable);
    const service = services[app];
    expect(service?.profiles).toEqual([app.split("-")[0]]);
    for (const variable of Object.keys(service?.environment ?? {})) expect(known).toContain(variable);
    ports.push(...(/tcp:\/\/\*:(\d+)/.exec(help.stdout)?.slice(1) ?? []));
  }
  expect(ports).toHaveLength(4);
  expect(new Set(ports).size).toBe(4);
  const client = role("price-client", "--help");
  await client.done();
  expect(client.stdout).toContain(`default: tcp://localhost:${ports[0]},`);
  expect(services["price-client"]?.environment["PRICE_CLIENT_CONNECT"]).toBe(
    `tcp://price-server:${ports[0]}`,
  );
});

testWith("docker", "docker compose takes the files, with keys and without", async () => {
  const files = "--file docker-compose.yml";
  await inCopy(`docker compose ${files} --profile * config --quiet`);
  const { stdout } = await inCopy(
    `docker compose ${files} --file docker-compose.secure.yml --profile * config --services`,
  );
  for (const app of APPS) expect(stdout).toContain(app);
});

test.each([
  ["Price reply", /^Expected a name/],
  ["price-server request", /^There is a package "price-server" already$/],
  ["zeromq reply", /^There is a package "zeromq" already$/],
  ["price-other answer", /^Expected a kind \(reply, request, /],
  ["price-other request price-feed", /^Expected a server \(hello-server, price-server\), got "price-feed"$/],
  ["price-other reply price-feed", /^Expected 0 PEER at most for reply/],
  ["price-other", /^Usage: /],
])("%s: a clear line, status 2, and nothing is made", async (args, line) => {
  const before = readdirSync(join(copy, "apps"));
  const { exitCode, stderr, stdout } = await make(args);
  expect(stderr).toMatch(line);
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
  expect(readdirSync(join(copy, "apps"))).toEqual(before);
});

testWith("pyzmq", "on a terminal it asks for what is not given", async () => {
  const asking = start([process.execPath, ...generator()], {
    cwd: copy,
    terminal: true,
    env: { npm_execpath: undefined },
  });
  await asking.until(/Name of the new app:/);
  asking.write("Price\r");
  await asking.until(/Expected a name/);
  asking.write("\x15price-bot\r");
  await asking.until(/What is it\?/);
  // The second kind
  asking.write("\x1b[B\r");
  await asking.until(/Which server does it connect to\?/);
  asking.write("\x1b[B\r");
  await asking.until(/Made apps\/price-bot/);
  await asking.done();
  const main = readFileSync(join(copy, "apps/price-bot/src/price-bot.ts"), "utf8");
  expect(main).toContain("Sends requests to price-server");
});
