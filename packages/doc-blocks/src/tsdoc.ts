/** What sources say about themselves: what they export, and the first sentences of their TSDoc comments. */
import { type Comment, type Declaration, type ParamPattern, parseSync } from "oxc-parser";

/** Something that a module declares and exports. */
interface Export {
  name: string;
  /** Whether it is there at run time: a function, class or constant, not a type. */
  isValue: boolean;
  /** A function's parameters: `socket`, `signal?`. */
  parameters: string[];
  /** The first sentence of its TSDoc comment, without the full stop; empty where there is none. */
  summary: string;
}

export interface Module {
  /** The first sentence of a comment at the top that is about the file; empty where there is none. */
  summary: string;
  exports: Export[];
  /** What it exports from other modules: their paths, and the names; `*` for all. */
  reexports: Map<string, string[]>;
}

/** Reads a TypeScript module. */
export function parseModule(source: string): Module {
  const { program, comments, errors, module } = parseSync("module.ts", source);
  if (errors[0] !== undefined) throw new Error(errors[0].message);

  // By where the thing begins that a comment is about
  const documents = new Map(
    comments.filter(isTsdoc).map(({ value, end }) => [nextToken(source, end), value] as const),
  );
  const exports = program.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration" || statement.declaration === null) return [];
    return declared(statement.declaration, firstSentence(documents.get(statement.start) ?? ""));
  });

  const reexports = new Map<string, string[]>();
  for (const { moduleRequest, exportName } of module.staticExports.flatMap(({ entries }) => entries)) {
    if (moduleRequest === null) continue;
    const names = reexports.get(moduleRequest.value) ?? [];
    reexports.set(moduleRequest.value, [...names, exportName.name ?? "*"]);
  }

  // A comment at the top is about the file, unless an export follows it at once
  const [top] = comments;
  const isAboutFile = top?.start === 0 && isTsdoc(top) && !/^\nexport\b/.test(source.slice(top.end));
  return { summary: isAboutFile ? firstSentence(top.value) : "", exports, reexports };
}

function isTsdoc({ type, value }: Comment): boolean {
  return type === "Block" && value.startsWith("*");
}

/** Where the next thing begins that is not white space. */
function nextToken(source: string, at: number): number {
  return at + (/^\s*/.exec(source.slice(at))?.[0].length ?? 0);
}

function declared(declaration: Declaration, summary: string): Export[] {
  switch (declaration.type) {
    case "FunctionDeclaration": {
      const parameters = declaration.params.map(parameter);
      return [{ name: declaration.id?.name ?? "", isValue: true, parameters, summary }];
    }
    case "ClassDeclaration":
      return [{ name: declaration.id?.name ?? "", isValue: true, parameters: [], summary }];
    case "VariableDeclaration": {
      const names = declaration.declarations.map(({ id }) => (id.type === "Identifier" ? id.name : ""));
      return names.map((name) => ({ name, isValue: true, parameters: [], summary }));
    }
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return [{ name: declaration.id.name, isValue: false, parameters: [], summary }];
    default:
      return [];
  }
}

function parameter(pattern: ParamPattern): string {
  switch (pattern.type) {
    case "Identifier": {
      // The types take no identifier for optional; those of parameters may be
      const { name, optional } = pattern as { name: string; optional?: boolean };
      return optional ? `${name}?` : name;
    }
    case "AssignmentPattern":
      return `${parameter(pattern.left)}?`;
    case "RestElement":
      return `...${parameter(pattern.argument)}`;
    default:
      return "{…}";
  }
}

/** The first sentence of a TSDoc comment, on one line, as Markdown: links to exports are code. */
export function firstSentence(comment: string): string {
  const text = comment
    .replaceAll(/^[ \t]*\*+[ \t]?/gm, "")
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`")
    .replaceAll(/https?:\/\/[^\s)]+/g, "<$&>")
    .trim();
  const [paragraph = ""] = text.split(/\n[ \t]*\n|^@/m);
  return paragraph
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/\.(?: .*)?$|:$/, "");
}
