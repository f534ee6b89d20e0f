/** What can stand in a block: the first word of its directive names a generator, the rest is for that. */
import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { eventually, freeEndpoint, role } from "process-kit";
import { excerpt } from "./excerpt.js";
import { form } from "./form.js";
import { fence, table } from "./markdown.js";
import { metricsTable, parseMetrics } from "./metrics.js";
import { optionTables, parseHelp } from "./options.js";
import { OUTPUTS } from "./outputs.js";
import { fileTable, zhelpersTable } from "./sources.js";

/** The top of the repository. */
export const ROOT = join(import.meta.dirname, "../../..");

interface Block {
  /** What stands behind the generator's name. */
  rest: string;
  /** What the block holds now. */
  current: string;
  /** The path of its page, from the top of the repository on. */
  page: string;
}

type Generator = (block: Block) => Promise<string>;

const GENERATORS: Readonly<Record<string, Generator>> = {
  /** `apps`: all apps, and what they do. */
  async apps({ page }) {
    const rows = (await apps()).map(({ name, description }) => [appLink(name, page), description]);
    return table(["App", "What it does"], rows);
  },

  /** `options`: a table for each app; `options common`: those that all apps have. */
  async options({ rest }) {
    const { each, common } = await allOptions();
    return rest === "common" ? common : each;
  },

  /** `code apps/hello-server/src/hello-server.ts "using responder" "}"`: an excerpt; see {@link excerpt}. */
  async code({ rest }) {
    const [path = "", ...ranges] = [...rest.matchAll(/"([^"]*)"|\S+/g)].map(
      ([word, quoted]) => quoted ?? word,
    );
    return fence("ts", excerpt(await readFile(join(ROOT, path), "utf8"), ranges));
  },

  /** `output hello-client`: what a program prints. What is shown stays, as long as a new run has the same form. */
  async output({ rest, current }) {
    const record = OUTPUTS.get(rest);
    if (record === undefined) throw new Error(`Expected one of ${[...OUTPUTS.keys()].join("; ")}`);
    const recorded = fence("text", await record());
    return form(recorded) === form(current) ? current : recorded;
  },

  /** `measured empty-jobs`: the table of a benchmark in docs/performance/results.md. */
  async measured({ rest }) {
    const results = await readFile(join(ROOT, "docs/performance/results.md"), "utf8");
    const [, measured] = results.split(`\n\`${rest}\`\n`);
    const rows = /(?:^\|.*\n)+/m.exec(measured ?? "")?.[0];
    if (rows === undefined) throw new Error(`Expected a benchmark that was measured, got "${rest}"`);
    return rows.trimEnd();
  },

  /** `metrics`: what roles serve with `--metrics`. */
  async metrics() {
    return metricsTable(await askForMetrics());
  },

  /** `zhelpers`: the functions of zhelpers.ts. */
  async zhelpers() {
    return zhelpersTable(await readFile(join(ROOT, "packages/zmq-common/src/zhelpers/zhelpers.ts"), "utf8"));
  },

  /** `files packages/zmq-common/src`: the modules of a package. */
  async files({ rest, page }) {
    return fileTable(join(ROOT, rest), (path) => relative(page, posix.join(rest, path)));
  },
};

/**
 * Makes the content of a block.
 *
 * @throws When there is no such generator, or it cannot make it.
 */
export async function generate(directive: string, block: Omit<Block, "rest">): Promise<string> {
  const [, name = "", rest = ""] = /^(\S+) ?(.*)$/.exec(directive) ?? [];
  const generator = GENERATORS[name];
  if (generator === undefined) throw new Error(`Expected one of ${Object.keys(GENERATORS).join(", ")}`);
  return generator({ ...block, rest });
}

async function apps(): Promise<{ name: string; description: string }[]> {
  const names = (await readdir(join(ROOT, "apps"))).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const json = await readFile(join(ROOT, "apps", name, "package.json"), "utf8");
      return { name, description: (JSON.parse(json) as { description: string }).description };
    }),
  );
}

let options: ReturnType<typeof askForOptions> | undefined;

/** Asks each app for its `--help`, once. */
function allOptions() {
  return (options ??= askForOptions());
}

async function askForOptions() {
  const helps = await Promise.all(
    (await apps()).map(async ({ name }) => {
      await using process = role(name, ["--help"]);
      await process.done();
      return [name, parseHelp(process.stdout)] as const;
    }),
  );
  return optionTables(new Map(helps));
}

/** Asks the roles of jobs, which have metrics of their own, and one other. */
async function askForMetrics() {
  const [hello, vent, sink] = [await freeEndpoint(), await freeEndpoint(), await freeEndpoint()];
  const metrics = "127.0.0.1:0";
  await using server = role("hello-server", { bind: hello, metrics });
  await using jobsink = role("jobsink", { bind: sink, metrics });
  // It waits for a second worker, so that none of them comes to its end
  await using jobvent = role("jobvent", { bind: vent, sink, workers: 2, metrics });
  await using jobwork = role("jobwork", { vent, metrics });
  const answers = [server, jobvent, jobwork, jobsink].map(async (process) => {
    const [, url = ""] = await process.untilLogged(/^metrics on (\S+)\/metrics$/);
    await eventually(async () => (await fetch(`${url}/readyz`)).ok, `${process.name} is ready`);
    return [process.name, parseMetrics(await (await fetch(`${url}/metrics`)).text())] as const;
  });
  return new Map(await Promise.all(answers));
}

function appLink(name: string, page: string): string {
  return `[${name}](${relative(page, `apps/${name}/README.md`)})`;
}

/** The address of a file on a page; both are paths from the top of the repository on. */
function relative(page: string, file: string): string {
  return posix.relative(posix.dirname(page), file);
}
