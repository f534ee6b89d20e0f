/** The names of a new app: one is given, the others follow from it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";

export interface Names {
  /** As it is given: `price-server`. */
  readonly name: string;
  /** Its function: `priceServer`. */
  readonly id: string;
  /** Its types: `PriceServer`. */
  readonly Id: string;
  /** How its environment variables begin: `PRICE_SERVER`. */
  readonly ENV: string;
  /** For people: `Price server`. */
  readonly title: string;
  /** Its compose profile, which it shares with others of the same first word: `price`. */
  readonly profile: string;
}

export function namesOf(name: string): Names {
  const id = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const title = name.replaceAll("-", " ");
  return {
    name,
    id,
    Id: capitalized(id),
    ENV: name.replaceAll("-", "_").toUpperCase(),
    title: capitalized(title),
    profile: name.replace(/-.*/, ""),
  };
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * What is wrong with a name, or nothing. It has to do as the name of a folder, a package, a compose service, an
 * identifier, and as the beginning of environment variables.
 *
 * @param templates The folder of the templates: an app must not have the name of something in its own code.
 */
export function nameProblem(name: string, templates: string): string | undefined {
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(name)) {
    return `Expected a name of lower-case letters and digits, words joined by dashes (price-server), got ${JSON.stringify(name)}`;
  }
  const { id } = namesOf(name);
  if (!isIdentifier(id)) return `"${name}" is a word of JavaScript; take another name (${name}-server)`;
  if (identifiersIn(templates).has(id)) {
    return `"${name}" is a name in the code of apps; take another one (${name}-server)`;
  }
  // What is in a folder `dist` counts as built, and is not committed
  if (name === "dist") return `"${name}" is where builds go; take another name`;
  return undefined;
}

function isIdentifier(id: string): boolean {
  try {
    // Only compiled. In a module `await` is a word of the language, too
    return id !== "await" && new Script(`"use strict"; let ${id};`) instanceof Script;
  } catch {
    return false;
  }
}

/** The identifiers in the code of the templates, but for those behind a dot. */
function identifiersIn(templates: string): Set<string> {
  const files = readdirSync(templates, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts.tpl"));
  const code = sources
    .map((file) => readFileSync(join(templates, file), "utf8"))
    .join("\n")
    .replaceAll(/\/\/.*|\/\*\*.*\*\/|"[^"\n]*"|`[^`\n]*`|\{\{.*?\}\}/g, " ");
  return new Set(code.match(/(?<![.\w])[a-z]\w*/gi));
}
