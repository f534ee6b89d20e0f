/** Tables of what is in the sources: the port of zhelpers, and the files of a package. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { code, table } from "./markdown.js";
import { type Module, parseModule } from "./tsdoc.js";

/** The functions of `zhelpers.h` and `zhelpers.hpp`, as TSDoc comments name them in their first sentence. */
const ORIGINALS = /`(?:s_\w+|randof|within)`/g;

/** A table of the functions of zhelpers.ts: the original, the function here, what it does. */
export function zhelpersTable(source: string): string {
  const rows = parseModule(source).exports.flatMap(({ name, parameters, summary }) => {
    const originals = summary.match(ORIGINALS);
    if (originals === null) return [];
    const does = summary.replace(/ \([^)]*`[^)]*\)/, "");
    return [[originals.join(", "), code(`${name}(${parameters.join(", ")})`), does]];
  });
  return table(["C and C++", "Here", "What it does"], rows);
}

/**
 * A table of a package's modules, folder by folder: what the package exports of each, types left out, and what the
 * module is about. That is said by the comment at its top, else by the TSDoc comment of the export that is named after
 * the file, else by that of the first one that the package exports, else of the first.
 *
 * @param folder Where the sources are; an `index.ts` in it, or in a folder below, says what is exported.
 * @param link The address of a source on the page.
 */
export async function fileTable(folder: string, link: (path: string) => string): Promise<string> {
  const modules = new Map<string, Module>();
  for (const path of (await readdir(folder, { recursive: true })).map(slashes).toSorted()) {
    if (!/(?<!\.test)\.ts$/.test(path)) continue;
    modules.set(path, parseModule(await readFile(join(folder, path), "utf8")));
  }
  const published = publishedNames(modules);
  const rows = [...modules].flatMap(([path, module]) => {
    if (isIndex(path)) return [];
    const isPublished = (name: string) => published.has(`${path} ${name}`) || published.has(`${path} *`);
    const names = module.exports.filter(({ name, isValue }) => isValue && isPublished(name));
    return [
      [
        `[${path}](${link(path)})`,
        names.map(({ name }) => code(name)).join(", "),
        about(path, module, isPublished),
      ],
    ];
  });
  return table(["File", "Exports", "What it is about"], rows);
}

const slashes = (path: string) => path.replaceAll("\\", "/");
const isIndex = (path: string) => posix.basename(path) === "index.ts";

/** What the indexes export, as `path name`. */
function publishedNames(modules: ReadonlyMap<string, Module>): Set<string> {
  const published = new Set<string>();
  for (const [path, { reexports }] of modules) {
    if (!isIndex(path)) continue;
    for (const [from, names] of reexports) {
      const source = posix.join(posix.dirname(path), from).replace(/\.js$/, ".ts");
      for (const name of names) published.add(`${source} ${name}`);
    }
  }
  return published;
}

function about(path: string, { summary, exports }: Module, isPublished: (name: string) => boolean): string {
  if (summary !== "") return summary;
  const file = basename(path, ".ts").replaceAll("-", "");
  const rank = ({ name, isValue }: Module["exports"][number]) => {
    const isNamedAfterFile = name.toLowerCase().endsWith(file);
    const isMain = isValue && !name.endsWith("Error");
    if (isNamedAfterFile) return isMain ? 0 : 2;
    return (isMain ? 1 : 4) + (isPublished(name) ? 0 : 2);
  };
  const documented = exports.filter((each) => each.summary !== "");
  return documented.toSorted((one, other) => rank(one) - rank(other))[0]?.summary ?? "";
}
