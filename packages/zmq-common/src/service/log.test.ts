import { describe, expect, test } from "@jest/globals";
import { startProgram } from "../testing/program.js";

/** Runs a program that logs, and returns what came out on stderr. */
async function logged(options: object, statements: string): Promise<string> {
  const child = startProgram(`
    import { createLog } from "./service/log.ts";
    const log = await createLog("role", ${JSON.stringify(options)});
    ${statements}`);
  await child.done();
  return child.stderr;
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

describe.each(["json", "text"])("no log ends the program (%s):", (format) => {
  const log = `for (let n = 0; n < 100; n++) log.info("nobody reads this");`;

  test("where its stderr is closed", async () => {
    await logged({ level: "info", format }, `import { closeSync } from "node:fs"; closeSync(2); ${log}`);
  });

  test("where its reader is gone", async () => {
    const child = startProgram(`
      import { createLog } from "./service/log.ts";
      const log = await createLog("role", ${JSON.stringify({ level: "info", format })});
      process.stdin.once("data", () => {
        ${log}
        console.log("done");
        process.stdin.destroy();
      });
      console.log("ready");`);
    await child.line(/^ready$/);
    child.stopReading("stderr");
    child.write("go");
    await child.done();
    expect(child.stdout).toBe("ready\ndone\n");
  });
});
