/**
 * Blocks that a program writes inside pages that people write:
 *
 *     <!-- generated: options -->
 *     …
 *     <!-- /generated -->
 */

const BLOCK = /^( *)<!-- generated: (.+) -->\n([^]*?)^ *<!-- \/generated -->$/gm;
const MARKER = /^ *<!-- (?:generated: .+|\/generated) -->$/gm;

/** Makes what a block holds: Markdown, without a blank line at either end. */
export type Generate = (directive: string, current: string) => Promise<string>;

export interface Block {
  /** What stands behind `generated:`. */
  directive: string;
  /** What it holds, without the indentation of its markers and without blank lines at the ends. */
  content: string;
  /** Where it begins in the page, markers included. */
  start: number;
  end: number;
  /** That of its markers: it may stand in a list. */
  indentation: string;
}

/**
 * The blocks of a page.
 *
 * @throws When a marker has no partner.
 */
export function readBlocks(page: string): Block[] {
  const blocks = [...page.matchAll(BLOCK)].map((match) => {
    const [whole, indentation = "", directive = "", inside = ""] = match;
    const content = inside.replaceAll(new RegExp(`^${indentation}`, "gm"), "").trim();
    return { directive, content, indentation, start: match.index, end: match.index + whole.length };
  });
  const markers = page.match(MARKER)?.length ?? 0;
  if (markers !== 2 * blocks.length) {
    throw new Error(`Expected two markers for each of ${blocks.length} generated blocks, got ${markers}`);
  }
  return blocks;
}

/**
 * Writes every block of a page.
 *
 * @throws When a marker has no partner, or a block cannot be made; the message names it.
 */
export async function writeBlocks(page: string, generate: Generate): Promise<string> {
  const blocks = readBlocks(page);
  const written = await Promise.all(blocks.map((block) => writeBlock(block, generate)));
  let end = 0;
  const parts = blocks.flatMap((block, index) => {
    const before = page.slice(end, block.start);
    end = block.end;
    return [before, written[index]];
  });
  return [...parts, page.slice(end)].join("");
}

async function writeBlock({ directive, content, indentation }: Block, generate: Generate): Promise<string> {
  const made = await generate(directive, content).catch((error: unknown) => {
    throw new Error(`generated: ${directive}: ${(error as Error).message}`, { cause: error });
  });
  const lines = [`<!-- generated: ${directive} -->`, "", ...made.split("\n"), "", "<!-- /generated -->"];
  return lines.map((line) => (line === "" ? "" : indentation + line)).join("\n");
}
