/** The pipeline as a tool: what goes in, what comes out, and what is said of bad input. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import { testWith } from "process-kit/jest";
import { readJournal } from "./journal.js";
import { errorsOf, Pipeline } from "./pipeline.js";

/** A command that prints its argument in upper case. */
const UPPER = [process.execPath, "-p", "process.argv[1].toUpperCase()"];

/** The lines of an output, by id. */
function outputOf(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines
    .map((line) => line.split("\t") as [string, string])
    .toSorted(([one], [other]) => Number(one) - Number(other))
    .map(([, result]) => result);
}

const failed = { code: 1, signal: null };

test("prints what the chapter's roles print", async () => {
  await using jobs = await Pipeline.create();
  const [sink, vent] = [jobs.sink(), jobs.vent({ jobs: 25, seed: 1 })];
  const worker = jobs.worker();
  await Promise.all([vent.done(), sink.done(), worker.done()]);
  expect(vent.stdout).toMatch(/^Sending jobs to workers\.\.\.\nTotal expected cost: \d+ msec\n$/);
  expect(sink.stdout).toMatch(/^:\.{9}:\.{9}:\.{4}\nTotal elapsed time: \d+ msec\n$/);
  const workloads = worker.stdout.split(".").slice(0, -1).map(Number);
  expect(workloads).toHaveLength(25);
  expect(vent.stdout).toContain(`: ${workloads.reduce((sum, each) => sum + each)} msec`);
});

test("a command for each line of a file, on as many workers as there are", async () => {
  await using jobs = await Pipeline.create();
  const input = jobs.input(["one", "two words", "drei ä"]);
  const [sink, vent] = [jobs.sink({ output: jobs.path("out") }), jobs.vent({ input })];
  for (let n = 0; n < 2; n++) jobs.worker({ command: UPPER });
  await Promise.all([vent.done(), sink.done()]);
  expect(outputOf(jobs.path("out"))).toEqual(["ONE", "TWO WORDS", "DREI Ä"]);
  expect(vent.stdout).toBe("Sending jobs to workers...\n");
});

test("from stdin to stdout, with nothing but results there", async () => {
  await using jobs = await Pipeline.create();
  const [sink, vent] = [jobs.sink({ output: "-" }), jobs.vent({ input: "-" })];
  jobs.worker({ command: UPPER });
  vent.write("a\r\nb\r\n\r\nc");
  vent.closeInput();
  await Promise.all([vent.done(), sink.done()]);
  expect(sink.stdout.split("\n").toSorted()).toEqual(["", "0\tA", "1\tB", "2\tC"]);
  await sink.untilLogged(/^Total elapsed time: \d+ msec$/);
});

test("a job that fails is tried again, and is dead when it has failed often enough", async () => {
  await using jobs = await Pipeline.create();
  const script = "if (process.argv[1] === 'bad') { console.error('bad job'); process.exit(7) }";
  const sink = jobs.sink();
  const vent = jobs.vent({
    input: jobs.input(["good", "bad", "good"]),
    attempts: 2,
    journal: jobs.path("vent"),
  });
  jobs.worker({ command: [process.execPath, "-e", script] });
  await vent.done();
  expect(await sink.exited()).toEqual(failed);
  expect(errorsOf(sink)).toContain("dead: 1 after 2 attempts: exit status 7: bad job");
  expect(errorsOf(sink)).toContain("1 of 3 jobs are dead");
  expect(readJournal(jobs.path("sink")).dead).toEqual([[1, "2 exit status 7: bad job"]]);
});

test("a job that takes longer than the timeout fails", async () => {
  await using jobs = await Pipeline.create();
  const sink = jobs.sink();
  const vent = jobs.vent({ input: jobs.input([1, 60_000, 1]), attempts: 1 });
  jobs.worker({ timeout: 300 });
  await vent.done();
  expect(await sink.exited()).toEqual(failed);
  expect(readJournal(jobs.path("sink")).dead).toEqual([[1, "1 took longer than 300 ms"]]);
});

test("a command that does not exist ends its worker, and harms no job", async () => {
  await using jobs = await Pipeline.create();
  const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input(["a", "b"]), attempts: 1 })];
  const wrong = jobs.worker({ command: ["no-such-command"] });
  expect(await wrong.exited()).toEqual(failed);
  expect(errorsOf(wrong)).toContain("cannot run no-such-command: no such command");
  jobs.worker({ command: UPPER });
  await Promise.all([vent.done(), sink.done()]);
});

test("a batch goes on where it was: --input is not read again, and the output has each id once", async () => {
  await using jobs = await Pipeline.create();
  const input = jobs.input(Array.from({ length: 200 }, () => 5));
  const start = () => [
    jobs.sink({ output: jobs.path("out") }),
    jobs.vent({ input, journal: jobs.path("vent") }),
  ];
  jobs.worker();
  const first = start();
  await first[0]?.until(/:.{9}:.{9}:/);
  for (const process of first) process.kill("SIGKILL");
  for (const process of first) await process.exited();
  rmSync(input);
  for (const process of start()) await process.done();
  expect(outputOf(jobs.path("out"))).toHaveLength(200);
  expect(readJournal(jobs.path("sink")).results).toHaveLength(200);
});

test("a journal that is finished, or of other jobs, is an error that says what to remove", async () => {
  await using jobs = await Pipeline.create();
  const journal = jobs.path("vent");
  jobs.worker({ forever: true });
  const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input([1]), journal })];
  await Promise.all([vent.done(), sink.done()]);

  const [sinkAgain, ventAgain] = [jobs.sink(), jobs.vent({ input: jobs.path("input"), journal })];
  expect(await sinkAgain.exited()).toEqual(failed);
  expect(await ventAgain.exited()).toEqual(failed);
  expect(errorsOf(sinkAgain)).toContainEqual(expect.stringMatching(/results is finished; remove .*results/));
  expect(errorsOf(ventAgain)).toContain(
    `the batch in ${journal} is finished; remove ${journal} to start another`,
  );
});

test("a sink with another unfinished batch refuses, and the ventilator says so", async () => {
  await using jobs = await Pipeline.create();
  const sink = jobs.sink();
  const first = jobs.vent({ input: jobs.input([1, 60_000]) });
  jobs.worker();
  await sink.until(/:/);
  await first.end("SIGKILL");
  const second = jobs.vent({ input: jobs.input([1], "other") });
  expect(await second.exited()).toEqual(failed);
  expect(errorsOf(second)).toContainEqual(
    expect.stringMatching(/^the sink collects another batch, [0-9a-f]{16} with 2 jobs/),
  );
});

test.each([
  ["an empty file", "", /input has no jobs: it is empty$/],
  [
    "a line of 2 MiB",
    `a\n${"x".repeat(2 * 1024 * 1024)}\n`,
    /^line 2 of .*input has 2097152 bytes; a job has 262144 at most$/,
  ],
  ["a NUL", "a\0b\n", /^line 1 of .*input has a NUL byte; a job is a line of text$/],
])("%s is an error in one line", async (_, text, message) => {
  await using jobs = await Pipeline.create();
  writeFileSync(jobs.path("input"), text);
  const vent = jobs.vent({ input: jobs.path("input"), journal: jobs.path("vent") });
  expect(await vent.exited()).toEqual(failed);
  expect(errorsOf(vent)).toContainEqual(expect.stringMatching(message));
  expect(existsSync(jobs.path("vent/batch"))).toBe(false);
});

testWith("netns", "a full disk at the journal ends the sink, and loses nothing", async () => {
  await using jobs = await Pipeline.create();
  const disk = jobs.path("disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
  try {
    const input = jobs.input(Array.from({ length: 60 }, (_, n) => String(n)));
    const vent = jobs.vent({ input });
    jobs.worker({ command: [process.execPath, "-p", "'x'.repeat(2000)"], window: 1 });
    const sink = jobs.sink({ journal: disk });
    expect(await sink.exited()).toEqual(failed);
    expect(errorsOf(sink)).toContainEqual(
      expect.stringMatching(
        /^cannot write .*results: ENOSPC: no space left on device; nothing is lost: make room, and start it again$/,
      ),
    );
    execFileSync("mount", ["-o", "remount,size=10m", disk]);
    const again = jobs.sink({ journal: disk });
    await Promise.all([vent.done(), again.done()]);
    expect(
      readJournal(disk)
        .results.map(([id]) => id)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 60 }, (_, n) => n));
  } finally {
    execFileSync("umount", ["-l", disk]);
  }
});
