import { expect, test } from "@jest/globals";
import { fillIn, pages, read } from "./pages.js";

const current = pages();

test.each(["results.md", "README.md", "scaling.md", "ratios.svg", "growth.svg"])(
  "%s is current with results.json; if not, run `npx pnpm@10 bench --write`",
  async (name) => {
    expect((await current)[name]).toBe(read(name));
  },
);

test("figures are filled in between their comments, in lines and as blocks", () => {
  const page = `\
Twice <!-- generated: two -->1<!-- /generated --> is <!-- generated: four --><!-- /generated -->.

<!-- generated: table -->

| old |

<!-- /generated -->`;
  const filledIn = fillIn(page, (name) => `[${name}]`);
  expect(filledIn).toBe(`\
Twice <!-- generated: two -->[two]<!-- /generated --> is <!-- generated: four -->[four]<!-- /generated -->.

<!-- generated: table -->

[table]

<!-- /generated -->`);
  expect(fillIn(filledIn, (name) => `[${name}]`)).toBe(filledIn);
});
