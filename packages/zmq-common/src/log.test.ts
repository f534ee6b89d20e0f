import { once } from "node:events";
import { expect, test } from "@jest/globals";
import { startProgram } from "./testing/program.js";

/** Runs a program that logs, and returns what came out on stderr. */
async function logged(options: object, statements: string): Promise<string> {
  const child = startProgram(`
    import { createLog } from "./log.ts";
    const log = await createLog("role", ${JSON.stringify(options)});
    ${statements}`);
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  expect(await once(child, "close")).toEqual([0, null]);
  return text;
}

test("json: an object a line, with the name of the role", async () => {
  const text = await logged(
    { level: "info", format: "json" },
    `log.info({ count: 3 }, "waiting"); log.warn("late");`,
  );
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { level: 30, name: "role", count: 3, msg: "waiting" },
    { level: 40, name: "role", msg: "late" },
  ]);
});

test("text: a line to read, without colours where there is no terminal", async () => {
  const text = await logged({ level: "info", format: "text" }, `log.info("waiting");`);
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: waiting\n$/);
});

test("less severe lines than the level are left out", async () => {
  expect(await logged({ level: "warn", format: "json" }, `log.info("waiting"); log.debug("detail");`)).toBe(
    "",
  );
  expect(await logged({ level: "silent", format: "json" }, `log.fatal("gone");`)).toBe("");
});

test.each(["json", "text"])("a closed stderr does not end the program (%s)", async (format) => {
  const statements = `
    import { closeSync } from "node:fs";
    closeSync(2);
    for (let n = 0; n < 100; n++) log.info("nobody reads this");`;
  await logged({ level: "info", format }, statements);
});
