/**
 * `npx pnpm@10 docs:write` writes the generated blocks of all pages; with `--check` it only says which are not current, and
 * ends with status 1. Those of docs/performance are the bench's.
 */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { releasePorts } from "process-kit";
import { format, resolveConfig } from "prettier";
import { readBlocks, writeBlocks } from "./blocks.js";
import { generate, ROOT } from "./generators.js";

/** All pages of the repository, by their paths from its top on. */
function pages(): string[] {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
  const paths = execFileSync("git", list, { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  return paths.filter((path) => !path.startsWith("docs/performance/"));
}

/** A page with its blocks as they should be. */
async function upToDate(page: string, text: string): Promise<string> {
  const file = join(ROOT, page);
  const written = await writeBlocks(text, (directive, current) => generate(directive, { current, page }));
  return written === text ? text : format(written, { ...(await resolveConfig(file)), filepath: file });
}

/** The directives of the blocks that differ. */
function changed(before: string, after: string): string[] {
  const old = readBlocks(before);
  return readBlocks(after)
    .filter(({ content }, index) => content !== old[index]?.content)
    .map(({ directive }) => directive);
}

/** Brings a page up to date, or only says what is not. Returns whether it has been. */
async function update(page: string, check: boolean): Promise<boolean> {
  try {
    const file = join(ROOT, page);
    const text = await readFile(file, "utf8");
    const current = await upToDate(page, text);
    for (const directive of changed(text, current)) {
      console.log(`${page}: ${check ? "not current" : "written"}: ${directive}`);
    }
    if (!check && current !== text) await writeFile(file, current);
    return current === text;
  } catch (error) {
    console.log(`${page}: ${(error as Error).message}`);
    process.exitCode = 1;
    return true;
  }
}

async function updateAll(check: boolean): Promise<boolean[]> {
  if (check) return Promise.all(pages().map((page) => update(page, check)));
  // Recorded output shows times: programs of several pages would slow each other down
  const wereCurrent: boolean[] = [];
  for (const page of pages()) wereCurrent.push(await update(page, check));
  return wereCurrent;
}

const check = process.argv.includes("--check");
const wereCurrent = await updateAll(check);
releasePorts();
if (check && wereCurrent.includes(false)) {
  console.log("Run `npx pnpm@10 docs:write` to write them.");
  process.exitCode = 1;
}
