import { describe, expect, test } from "@jest/globals";
import { type Child, start } from "./processes.js";
import { testWith } from "./tools.js";

/** A process that runs a few lines of JavaScript. */
function script(source: string, options = {}): Child {
  return start([process.execPath, "-e", source], options);
}

const FOR_EVER = "setInterval(() => {}, 1000);";

describe("until", () => {
  test("sees unfinished lines", async () => {
    const child = script(`process.stdout.write("Name: "); ${FOR_EVER}`);
    await child.until(/^Name: $/);
  });

  test("sees what was printed before the call, and stderr where asked to", async () => {
    const child = script(`console.error("ready"); console.log("first")`);
    await child.done();
    await child.until(/first/);
    await child.until(/ready/, { on: "stderr" });
  });

  test("fails at its deadline, showing what every process of the test has printed", async () => {
    const server = script(`console.error("cannot bind"); ${FOR_EVER}`);
    await server.line(/cannot bind/, { on: "stderr" });
    const client = script(`console.log("connecting"); ${FOR_EVER}`);
    await client.line(/connecting/);
    await expect(client.until(/connected/, { within: 50 })).rejects.toThrow(
      /no \/connected\/ on stdout within 50 ms[^]*connecting[^]*cannot bind/,
    );
  });

  test("fails as soon as the process has ended without it", async () => {
    const child = script(`console.log("bye")`);
    await expect(child.until(/hello/)).rejects.toThrow(/ended without \/hello\/ on stdout[^]*bye/);
  });
});

describe("line", () => {
  test("waits for the end of the line", async () => {
    const child = script(
      `process.stdout.write("Total: 5"); process.stdin.once("data", () => console.log("034"))`,
    );
    await child.until(/5/);
    await expect(child.line(/^Total: (\d+)$/, { within: 20 })).rejects.toThrow("within 20 ms");
    child.write("\n");
    expect((await child.line(/^Total: (\d+)$/))[1]).toBe("5034");
    child.kill("SIGKILL");
  });
});

describe("the end", () => {
  test("is an exit status or a signal", async () => {
    expect(await script("process.exitCode = 3").exited()).toEqual({ code: 3, signal: null });
    const killed = script(FOR_EVER);
    killed.kill("SIGKILL");
    expect(await killed.exited()).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("fails done() where it is not a success", async () => {
    await expect(script(`console.error("why"); process.exitCode = 1`).done()).rejects.toThrow(
      /expected to end with { code: 0, signal: null }, ended with { code: 1, signal: null }[^]*why/,
    );
  });

  test("says why a program could not be started", async () => {
    await expect(start(["no-such-program"]).done()).rejects.toThrow("ENOENT");
  });

  test("comes even to a process that ignores SIGTERM", async () => {
    const child = script(`process.on("SIGTERM", () => {}); console.log("deaf"); ${FOR_EVER}`);
    await child.line(/deaf/);
    await child.end();
    expect(await child.exited()).toEqual({
      code: null,
      signal: process.platform === "win32" ? "SIGTERM" : "SIGKILL",
    });
  });
});

describe("a terminal", () => {
  testWith("pyzmq", "is what the process has for stdin and stdout, not for stderr", async () => {
    const child = script(
      "console.error(process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY); process.exitCode = 3",
      { terminal: true },
    );
    expect(await child.exited()).toEqual({ code: 3, signal: null });
    expect(child.stderr).toBe("true true undefined\n");
  });
});
