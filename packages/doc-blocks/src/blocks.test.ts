import { expect, test } from "@jest/globals";
import { readBlocks, writeBlocks } from "./blocks.js";

const page = `# Page

<!-- generated: one -->
old
<!-- /generated -->

1. A list

   <!-- generated: two "a b" -->

   old
   <!-- /generated -->
`;

test("writes each block by its directive, indented like its markers", async () => {
  const written = await writeBlocks(page, async (directive) => `${directive}\n\nnew`);
  expect(written).toBe(`# Page

<!-- generated: one -->

one

new

<!-- /generated -->

1. A list

   <!-- generated: two "a b" -->

   two "a b"

   new

   <!-- /generated -->
`);
});

test("hands over what a block holds, without its indentation", async () => {
  const seen: string[] = [];
  const keep = async (_: string, current: string) => {
    seen.push(current);
    return current;
  };
  const once = await writeBlocks(page, keep);
  expect(seen).toEqual(["old", "old"]);
  expect(await writeBlocks(once, keep)).toBe(once);
});

test("leaves a page without blocks as it is", async () => {
  expect(await writeBlocks("# Page\n", () => Promise.reject(new Error()))).toBe("# Page\n");
});

test.each([
  ["no end", "<!-- generated: one -->\nold\n"],
  ["no beginning", "old\n<!-- /generated -->\n"],
  ["a beginning inside", "<!-- generated: one -->\n<!-- generated: two -->\n<!-- /generated -->\n"],
])("refuses a block with %s", (_, text) => {
  expect(() => readBlocks(text)).toThrow("Expected two markers");
});

test("names the block that cannot be made", async () => {
  const fail = () => Promise.reject(new Error("no such thing"));
  await expect(writeBlocks(page, fail)).rejects.toThrow("generated: one: no such thing");
});
