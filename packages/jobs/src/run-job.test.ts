import { describe, expect, test } from "@jest/globals";
import { BufferedPrint, CommandError, JobError, runJob } from "./run-job.js";
import { MAX_TEXT } from "./wire.js";

const { signal } = new AbortController();
const silent = new BufferedPrint(() => {});
const latin1 = (text: string) => Buffer.from(text).toString("latin1");

/** Runs Node.js for a job. */
const node = (script: string, ...args: string[]) =>
  runJob({ command: [process.execPath, "-e", script, ...args] }, silent);

describe("a command", () => {
  const echo = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";

  test.each([
    [[], ["a b"]],
    [
      ["--", "{}", "{}.jpg"],
      ["a b", "a b.jpg"],
    ],
  ])("gets the job for {}, or as its last argument: %j", async (args, expected) => {
    expect(await node(echo, ...args)("a b", signal)).toBe(JSON.stringify(expected));
  });

  test("gets a job as it is, whatever a shell or a replacement would make of it", async () => {
    const job = "$HOME; `ls` $& é '\"";
    const result = await node(echo, "{}")(latin1(job), signal);
    expect(Buffer.from(result, "latin1").toString()).toBe(JSON.stringify([job]).replaceAll("\\", "\\\\"));
  });

  test("gives what it prints in one line, bytes as they are", async () => {
    const result = await node(
      String.raw`process.stdout.write(Buffer.from("a\tb\\\r\n\nc\xff\n\n", "latin1"))`,
    )("", signal);
    expect(result).toBe(String.raw`a\tb\\\r\n\nc` + "\xff");
  });

  test("fails with its status and the last that it has said, or the signal that ended it", async () => {
    const failing = node("console.error('first'); console.error('no such image'); process.exit(3)");
    await expect(failing("", signal)).rejects.toThrow(new JobError("exit status 3: no such image"));
    await expect(node("process.kill(process.pid, 'SIGKILL')")("", signal)).rejects.toThrow(JobError);
  });

  test("with a result that is too long fails", async () => {
    const long = node(`process.stdout.write("x".repeat(${MAX_TEXT + 1}))`);
    await expect(long("", signal)).rejects.toThrow(`its result has more than ${MAX_TEXT} bytes`);
  });

  test("that is not there is no job's fault", async () => {
    const missing = runJob({ command: ["no-such-command"] }, silent);
    await expect(missing("", signal)).rejects.toThrow(
      new CommandError("cannot run no-such-command: no such command"),
    );
  });

  test("that takes too long is ended, with all that it has started", async () => {
    const script = `require("node:child_process").spawnSync(process.execPath, ["-e", "setInterval(String, 1e9)"], { stdio: "inherit" })`;
    const slow = runJob({ command: [process.execPath, "-e", script], timeout: 500 }, silent);
    // Its child would hold stdout open
    await expect(slow("", signal)).rejects.toThrow(new JobError("took longer than 500 ms"));
  });

  test("that is cut short throws the reason", async () => {
    const cut = new AbortController();
    const running = node("setInterval(String, 1e9)")("", cut.signal);
    cut.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
  });
});

describe("without a command", () => {
  test("sleeps for the job's milliseconds, and prints them before", async () => {
    let printed = "";
    const run = runJob({ command: [] }, new BufferedPrint((text) => (printed += text)));
    const start = performance.now();
    const running = run("30", signal);
    expect(printed).toBe("30.");
    expect(await running).toBe("");
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });

  test("a job that is no number fails, and one that takes too long", async () => {
    const run = runJob({ command: [], timeout: 10 }, silent);
    await expect(run("soon", signal)).rejects.toThrow(
      new JobError("expected a number of milliseconds, got soon"),
    );
    await expect(run("60000", signal)).rejects.toThrow(new JobError("took longer than 10 ms"));
  });
});
