/** zmq-common, packed and installed in a folder outside the repository: the service of its README. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { execa } from "execa";
import { freeEndpoint, start } from "process-kit/jest";
import { Request } from "zeromq";

const ROOT = join(import.meta.dirname, "../../..");

/** How long packing, installing and compiling may take, in milliseconds. */
const DEADLINE = 120_000;

/** The blocks of code in a page that begin with the name of their file. */
function filesIn(page: string): Map<string, string> {
  const blocks = page.matchAll(/^```\w+\n\/\/ (\S+)\n(.*?)^```$/gms);
  return new Map([...blocks].map(([, file = "", text = ""]) => [file, text]));
}

/** The version of a package that the repository itself uses. */
async function own(name: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return `${name}@${manifest.devDependencies[name]}`;
}

/** The program of a Node.js of this major version, which comes from npm. */
async function nodeOf(major: number): Promise<string> {
  const command = ["node", "--print", "process.execPath"];
  const { stdout } = await execa("npx", ["--yes", "--package", `node@${major}`, "--", ...command]);
  return stdout;
}

/** The reply of a server to a request. */
async function ask(endpoint: string, request: string): Promise<string> {
  const client = new Request({ receiveTimeout: 10_000, linger: 0 });
  try {
    client.connect(endpoint);
    await client.send(request);
    return String(await client.receive());
  } finally {
    client.close();
  }
}

describe("in a folder of one's own", () => {
  let folder = "";
  const at = (...names: string[]) => join(folder, "echo", ...names);
  const run = (file: string, ...args: string[]) => execa(file, args, { cwd: at() });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "own-project-"));
    const common = join(ROOT, "packages/zmq-common");
    // Built it is already; packing would build it again
    const pack = ["--yes", "pnpm@10", "pack", "--config.ignore-scripts=true", "--pack-destination", folder];
    const { stdout } = await execa("npx", pack, { cwd: common });
    const tarball = stdout.trim().split("\n").at(-1) ?? "";

    for (const [file, text] of filesIn(await readFile(join(common, "README.md"), "utf8"))) {
      await mkdir(dirname(at(file)), { recursive: true });
      await writeFile(at(file), text);
    }
    await run("npm", "init", "--yes");
    await run("npm", "pkg", "set", "type=module");
    const install = ["install", "--no-audit", "--no-fund"];
    await run("npm", ...install, tarball, "zeromq");
    await run("npm", ...install, "--save-dev", await own("typescript"), await own("@types/node"));
    await run("npx", "tsc");
  }, DEADLINE);
  afterAll(() => rm(folder, { recursive: true }));

  // Node 24 takes the types out by itself
  test.each([
    [20, "dist/main.js", ["dist/"]],
    [24, "src/main.ts", ["src/echo.test.ts"]],
  ])(
    "on Node %i, the README's service answers a client, and its test passes",
    async (major, main, tests) => {
      const node = await nodeOf(major);
      const endpoint = await freeEndpoint();
      const service = start([node, at(main), "--bind", endpoint, "--metrics", "127.0.0.1:0"], { cwd: at() });
      expect(await ask(endpoint, "Hello")).toBe("Hello");
      await service.line(/^Received Hello$/);
      const [, metrics = ""] = await service.untilLogged(/^metrics on (\S+)$/);
      const scraped = await (await fetch(metrics)).text();
      expect(scraped).toContain('zeromq_messages_received_total{socket="REP",side="bind"} 1\n');

      const { stdout } = await run(node, "--test", "--test-reporter=tap", ...tests);
      expect(stdout).toMatch(/^# pass 1$/m);
      expect(stdout).toMatch(/^# fail 0$/m);
    },
    DEADLINE,
  );

  test("nothing is in it but what runs, its types, and its README", async () => {
    const installed = at("node_modules/zmq-common");
    const entries = await readdir(installed, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(installed, join(entry.parentPath, entry.name)))
      .toSorted();
    const ours = /^dist.*(?<!\.test)\.(js|js\.map|d\.ts)$/;
    expect(files.filter((file) => !ours.test(file))).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(files).toContain(join("dist", "testing", "index.js"));
    expect(files).not.toContain(join("dist", "testing", "program.js"));
  });
});
