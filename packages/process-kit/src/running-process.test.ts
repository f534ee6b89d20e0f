import { describe, expect, test } from "@jest/globals";
import { type RunningProcess, start, type StartOptions, testWith } from "./jest.js";

/** A process that runs a few lines of JavaScript. */
function script(source: string, options: StartOptions = {}): RunningProcess {
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

describe("the log", () => {
  const logging = (...messages: string[]) =>
    script(
      messages.map((msg) => `console.error('${JSON.stringify({ level: 30, time: 0, msg })}');`).join(""),
    );

  test("is read line by line, and what is no line yet is left out", async () => {
    const child = script(
      `console.error('{"level":30,"time":0,"msg":"one"}'); process.stderr.write('{"level"')`,
    );
    await child.done();
    expect(child.logged()).toEqual([{ level: 30, time: 0, msg: "one" }]);
    expect(child.logLines(/two/)).toEqual([]);
  });

  test("can be waited for: one message, or a number of them", async () => {
    const child = logging("peers: 1", "lost", "peers: 2");
    expect((await child.untilLogged(/^peers: (\d)$/))[1]).toBe("1");
    expect((await child.untilLogged(/^peers: (\d)$/, { times: 2 }))[1]).toBe("2");
    await expect(child.untilLogged(/^peers/, { times: 3 })).rejects.toThrow("ended without 3 × /^peers/");
  });

  test("shows the line that is not JSON", async () => {
    await expect(script(`console.error("oops")`).untilLogged(/./)).rejects.toThrow("got `oops`");
  });
});

describe("stdout", () => {
  test("is heard piece by piece", async () => {
    const child = script(
      `process.stdout.write("a"); process.stdin.once("data", () => { console.error("b"); process.stdin.destroy(); })`,
    );
    let heard = "";
    child.onOutput("stdout", (text) => (heard += `out ${text}`));
    child.onOutput("stderr", (text) => (heard += ` error ${text}`));
    await child.until(/a/);
    child.write("\n");
    await child.exited();
    expect(heard).toBe("out a error b\n");
  });

  test("that goes to a file is all there at the end, and not before", async () => {
    const child = script(
      `for (let n = 0; n < 10000; n++) console.log(n); console.error("printed"); process.stdin.once("data", () => process.stdin.destroy())`,
      { output: "file" },
    );
    await child.until(/printed/, { on: "stderr" });
    expect(child.stdout).toBe("");
    child.write("\n");
    await child.exited();
    expect(child.stdout).toBe(Array.from({ length: 10_000 }, (_, n) => `${n}\n`).join(""));
  });

  test("that nobody reads any more cannot be printed to", async () => {
    const child = script(
      `process.stdout.on("error", ({ code }) => { console.error(code); process.stdin.destroy(); });
       console.log("first"); process.stdin.on("data", () => console.log("second"))`,
    );
    await child.line(/^first$/);
    child.stopReading("stdout");
    child.write("\n");
    await child.line(/^EPIPE$/, { on: "stderr" });
    await child.done();
    expect(child.stdout).toBe("first\n");
  });

  test("that is ignored is not there at all", async () => {
    const child = script(`console.log("out"); console.error("error")`, { output: "ignore" });
    await child.done();
    expect([child.stdout, child.stderr]).toEqual(["", "error\n"]);
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

  test("is waited for as long as the start of the process says", async () => {
    await expect(script(FOR_EVER, { within: 50 }).exited()).rejects.toThrow("no end within 50 ms");
    expect(await script(`setTimeout(() => {}, 100)`, { within: 50 }).exited(Infinity)).toEqual({
      code: 0,
      signal: null,
    });
  });

  test("stops the clock", async () => {
    const child = script("");
    await child.done();
    const { seconds } = child;
    expect(seconds).toBeGreaterThan(0);
    await new Promise(setImmediate);
    expect(child.seconds).toBe(seconds);
  });

  test("comes with the block that started it", async () => {
    let pid: number | undefined;
    {
      await using child = script(FOR_EVER);
      ({ pid } = child);
      expect(child.exit).toBeUndefined();
      process.kill(pid ?? NaN, 0);
    }
    expect(() => process.kill(pid ?? NaN, 0)).toThrow("ESRCH");
  });

  test("comes by another signal where asked to, and tells how long it took", async () => {
    const child = script(FOR_EVER);
    expect(await child.end("SIGKILL")).toBeGreaterThan(0);
    expect(child.exit).toEqual({ code: null, signal: "SIGKILL" });
    expect(await child.end()).toBeLessThan(1);
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

  testWith("pyzmq", "tells its process by SIGHUP that it is closed", async () => {
    const child = script(
      `process.on("SIGHUP", () => { console.error("closed"); process.exit(4); }); console.log("there"); ${FOR_EVER}`,
      { terminal: true },
    );
    await child.line(/there/);
    child.kill("SIGHUP");
    await child.line(/^closed$/, { on: "stderr" });
    await child.exited();
  });
});
