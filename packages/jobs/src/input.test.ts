import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { checkJobs, describeCost, InputError, openBatch } from "./input.js";
import { temporaryFolder } from "./testing/folder.js";
import { MAX_TEXT } from "./wire.js";

const noStdin = () => Readable.from([]);

test("a job a line: CRLF, empty lines, and a last line without an end", () => {
  expect(String(checkJobs(Buffer.from("one\r\n\ntwo words\n\r\nthree"), "list"))).toBe(
    "one\ntwo words\nthree\n",
  );
});

test.each<[string, Buffer, string]>([
  ["nothing", Buffer.from(""), "list has no jobs: it is empty"],
  ["empty lines only", Buffer.from("\n\r\n\n"), "list has no jobs: it is empty"],
  [
    "a line of 2 MiB",
    Buffer.from(`a\n${"x".repeat(2 * 1024 * 1024)}\n`),
    `line 2 of list has 2097152 bytes; a job has ${MAX_TEXT} at most`,
  ],
  ["a NUL", Buffer.from("a\nb\0c\n"), "line 2 of list has a NUL byte; a job is a line of text"],
  ["latin1", Buffer.from("caf\xe9\n", "latin1"), "line 1 of list is not UTF-8"],
])("%s is no list of jobs", (_, input, message) => {
  expect(() => checkJobs(input, "list")).toThrow(new InputError(message));
});

test("jobs come from a file or from stdin", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "list");
  writeFileSync(file, "a\nb\n");
  const fromFile = await openBatch({ jobs: 100, input: file }, noStdin);
  expect([fromFile.batch.jobs, fromFile.batch.payload(1)]).toEqual([2, "b"]);
  const fromStdin = await openBatch({ jobs: 100, input: "-" }, () => Readable.from([Buffer.from("é\n")]));
  expect(Buffer.from(fromStdin.batch.payload(0), "latin1").toString()).toBe("é");
});

test("stdin is not read where the journal has the batch", async () => {
  using folder = temporaryFolder();
  const options = { jobs: 100, input: "-", journal: folder.path };
  (await openBatch(options, () => Readable.from([Buffer.from("a\nb\n")])))[Symbol.dispose]();
  using again = await openBatch(options, () => {
    throw new Error("read again");
  });
  expect(again.batch.jobs).toBe(2);
});

test("a file that is not there is named", async () => {
  await expect(openBatch({ jobs: 1, input: "no-such-file" }, noStdin)).rejects.toThrow(
    /^cannot read the jobs: ENOENT: .*no-such-file/,
  );
});

test("without an input, jobs are the chapter's workloads; the same for the same seed", async () => {
  const batches = await Promise.all([1, 1, 2].map((seed) => openBatch({ jobs: 50, seed }, noStdin)));
  const [one, same, other] = batches.map(({ batch }) => String(batch.bytes));
  expect(same).toBe(one);
  expect(other).not.toBe(one);
  const { batch } = batches[0] as (typeof batches)[0];
  const workloads = Array.from({ length: 50 }, (_, id) => Number(batch.payload(id)));
  expect(Math.min(...workloads)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...workloads)).toBeLessThanOrEqual(100);
  const total = workloads.reduce((sum, each) => sum + each);
  expect(describeCost({}, batch)).toBe(`Total expected cost: ${total} msec\n`);
  expect(describeCost({ input: "-" }, batch)).toBe("");
});
