import { expect, test } from "@jest/globals";
import { zhelpersTable } from "./sources.js";
import { firstSentence, parseModule } from "./tsdoc.js";

test("reads what a module exports, with parameters and first sentences", () => {
  const { exports } = parseModule(`
    /** Receives a message (\`s_recv\`). There is no limit. */
    export async function sRecv(socket: Socket, signal?: AbortSignal, size = 3, ...rest: string[]) {}
    /** Not exported. */
    function hidden() {}
    export class Peers {}
    /** What a role needs. */
    export interface Context {}
    export const ONE = 1, TWO = 2;
  `);
  expect(exports).toEqual([
    {
      name: "sRecv",
      isValue: true,
      parameters: ["socket", "signal?", "size?", "...rest"],
      summary: "Receives a message (`s_recv`)",
    },
    { name: "Peers", isValue: true, parameters: [], summary: "" },
    { name: "Context", isValue: false, parameters: [], summary: "What a role needs" },
    { name: "ONE", isValue: true, parameters: [], summary: "" },
    { name: "TWO", isValue: true, parameters: [], summary: "" },
  ]);
});

test.each([
  ["an import", '/** About the file. */\nimport "a";\n', "About the file"],
  ["a blank line", "/** About the file. */\n\nexport const A = 1;\n", "About the file"],
  ["an export", "/** About A. */\nexport const A = 1;\n", ""],
])("a comment at the top with %s behind it", (_, source, summary) => {
  expect(parseModule(source).summary).toBe(summary);
});

test("reads what a module exports from others", () => {
  const { reexports } = parseModule('export { a, type B } from "./a.js";\nexport * from "./c.js";\n');
  expect([...reexports]).toEqual([
    ["./a.js", ["a", "B"]],
    ["./c.js", ["*"]],
  ]);
});

test.each([
  ["*\n * Two\n * lines. And more.\n ", "Two lines"],
  [
    "* See {@link sSend}: `a.b` (RFC 4, https://rfc.zeromq.org/spec/4/). More. ",
    "See `sSend`: `a.b` (RFC 4, <https://rfc.zeromq.org/spec/4/>)",
  ],
  ["* An example:\n *\n * ```ts\n * a();\n * ```\n ", "An example"],
  ["* Without an end\n * @throws Never. ", "Without an end"],
])("the first sentence of %j", (comment, sentence) => {
  expect(firstSentence(comment)).toBe(sentence);
});

test("lists the functions that name an original of zhelpers", () => {
  const source = `
    /** Receives a message as text (\`s_recv\`). */
    export function sRecv(socket: Socket) {}
    /** A signal (\`s_catch_signals\`; \`s_interrupted\` is its \`aborted\`), for SIGINT. */
    export function sCatchSignals() {}
    /** A socket. */
    export type Socket = unknown;
  `;
  expect(zhelpersTable(source).split("\n").slice(2)).toEqual([
    "| `s_recv` | `sRecv(socket)` | Receives a message as text |",
    "| `s_catch_signals`, `s_interrupted` | `sCatchSignals()` | A signal, for SIGINT |",
  ]);
});
