import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { AppendFile, toLines } from "./append-file.js";
import type { Line } from "./wire.js";
import { SinkJournal } from "./sink-journal.js";
import { temporaryFolder } from "./testing/folder.js";
import { VentilatorJournal } from "./ventilator-journal.js";

const ID = "0123456789abcdef";

function contents(journal: SinkJournal): { results: Line[]; dead: Line[] } {
  const [results, dead]: [Line[], Line[]] = [[], []];
  journal.read(
    (line) => results.push(line),
    (line) => dead.push(line),
  );
  return { results, dead };
}

test("a line that was not finished is cut off, wherever the writing stopped", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[ -~\u00A0-\u00FF]{0,9}$/)), fc.nat(), (texts, at) => {
      using folder = temporaryFolder();
      const file = join(folder.path, "lines");
      const bytes = toLines(...texts);
      writeFileSync(file, bytes.subarray(0, at % (bytes.length + 1)));
      const complete = readFileSync(file, "latin1").split("\n").slice(0, -1);

      const read: string[] = [];
      using lines = new AppendFile(file, {}, (line) => read.push(line));
      expect(read).toEqual(complete);
      lines.append(toLines("next"));
      expect(readFileSync(file, "latin1")).toBe(toLines(...complete, "next").toString("latin1"));
    }),
    { numRuns: 50 },
  );
});

test("lines longer than what is read at once are read", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "lines");
  const texts = ["x".repeat(1024 * 1024 - 1), "y".repeat(3_000_000), "z"];
  using lines = new AppendFile(file, { sync: true });
  lines.append(toLines(...texts));
  const read: string[] = [];
  lines.forEach((line) => read.push(line));
  expect(read).toEqual(texts);
});

test.each([
  [
    "/dev/full",
    /^cannot write \/dev\/full: ENOSPC: no space left on device; nothing is lost: make room, and start it again$/,
  ],
  ["/dev/null/results", /^cannot open \/dev\/null\/results: E(NOTDIR|EXIST)/],
])("a journal that cannot be written says so: %s", (file, message) => {
  if (!existsSync("/dev/full")) return;
  const write = () => {
    using lines = new AppendFile(file, {});
    lines.append(toLines("a"));
  };
  expect(write).toThrow(message);
});

describe("the sink's journal", () => {
  test("has what was written, after a crash in the middle of a line, too", () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "results");
    {
      using journal = new SinkJournal(folder.path, { sync: false });
      expect(journal.batch).toBeUndefined();
      journal.begin(ID, 4);
      journal.append(
        [
          { first: 2, last: 2, text: "two words" },
          { first: 0, last: 1, text: "" },
        ],
        [{ first: 3, last: 3, text: "3 exit status 1" }],
      );
    }
    expect(readFileSync(file, "latin1")).toBe(`# ${ID} 4\n2 two words\n0-1\n!3 3 exit status 1\n`);
    appendFileSync(file, "1 half a res");
    using journal = new SinkJournal(folder.path, { sync: true });
    expect(journal.batch).toEqual({ id: ID, jobs: 4 });
    expect(contents(journal)).toEqual({
      results: [
        { first: 2, last: 2, text: "two words" },
        { first: 0, last: 1, text: "" },
      ],
      dead: [{ first: 3, last: 3, text: "3 exit status 1" }],
    });
  });

  test("that is finished names what to remove", () => {
    using folder = temporaryFolder();
    {
      using journal = new SinkJournal(folder.path, { sync: false });
      journal.begin(ID, 1);
      journal.append([{ first: 0, last: 0, text: "" }], []);
      journal.end();
    }
    const open = () => new SinkJournal(folder.path, { sync: false });
    expect(open).toThrow(`the batch in ${join(folder.path, "results")} is finished; remove `);
  });

  test.each([
    ["something else", "hello\n", "is not the journal of a jobsink"],
    ["a damaged line", `# ${ID} 4\n2 a\n\0\0\0\n3 b\n`, "line 3 of"],
  ])("does not take %s for a journal", (_, text, message) => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "results"), text);
    const open = () => contents(new SinkJournal(folder.path, { sync: false }));
    expect(open).toThrow(message);
  });

  test("cut off anywhere, it has a beginning of what was written", () => {
    const lines = fc.uniqueArray(fc.nat(50), { minLength: 1 });
    const resultOf = (id: number) => ({ first: id, last: id, text: `r${id}` });
    fc.assert(
      fc.property(lines, fc.nat(), (ids, cut) => {
        using folder = temporaryFolder();
        const file = join(folder.path, "results");
        {
          using journal = new SinkJournal(folder.path, { sync: false });
          journal.begin(ID, 51);
          for (const id of ids) journal.append([resultOf(id)], []);
        }
        const size = readFileSync(file).length;
        truncateSync(file, cut % (size + 1));
        using journal = new SinkJournal(folder.path, { sync: false });
        const { results } = journal.batch === undefined ? { results: [] } : contents(journal);
        expect(results).toEqual(ids.slice(0, results.length).map(resultOf));
      }),
      { numRuns: 50 },
    );
  });
});

describe("the ventilator's journal", () => {
  const make =
    (...jobs: string[]) =>
    () =>
      Promise.resolve(toLines(...jobs));
  const neverMake = () => Promise.reject(new Error("not to be read again"));
  const source = { jobs: 2, seed: undefined };

  test("goes on with its batch, and knows what has failed", async () => {
    using folder = temporaryFolder();
    const first = await VentilatorJournal.open(folder.path, source, make("57", "\xff\xfe"));
    first.fail({ id: 1, text: "exit status 1: no such file" });
    first[Symbol.dispose]();
    appendFileSync(join(folder.path, "failures"), "1 half a rea");

    using second = await VentilatorJournal.open(folder.path, source, neverMake);
    expect(second.batch.id).toBe(first.batch.id);
    expect(second.incarnation).not.toBe(first.incarnation);
    expect([second.batch.payload(0), second.batch.payload(1)]).toEqual(["57", "\xff\xfe"]);
    expect(second.failures).toEqual([{ id: 1, text: "exit status 1: no such file" }]);
  });

  test("without a folder, writes nothing", async () => {
    using journal = await VentilatorJournal.open(undefined, source, make("1", "2"));
    journal.fail({ id: 0, text: "" });
    journal.end();
    expect(journal.batch.jobs).toBe(2);
  });

  test.each([
    [{ jobs: 3 }, /--jobs 2 and not --jobs 3; remove .* to drop it/],
    [{ input: "list.txt", sha256: "abc" }, /--jobs 2 and not --input list\.txt \(SHA-256 abc…\)/],
  ])("is not taken for that of other jobs: %j", async (other, message) => {
    using folder = temporaryFolder();
    (await VentilatorJournal.open(folder.path, source, make("1", "2")))[Symbol.dispose]();
    await expect(VentilatorJournal.open(folder.path, other, neverMake)).rejects.toThrow(message);
  });

  test("a file of other content is another one, a pipe may be anything", async () => {
    using folder = temporaryFolder();
    const open = (input: string, sha256?: string) =>
      VentilatorJournal.open(folder.path, { input, sha256 }, make("a"));
    (await open("list.txt", "abc"))[Symbol.dispose]();
    await expect(open("list.txt", "def")).rejects.toThrow("unfinished batch of other jobs");
    (await open("renamed.txt", "abc"))[Symbol.dispose]();
    (await open("-"))[Symbol.dispose]();
  });

  test("that is finished names what to remove", async () => {
    using folder = temporaryFolder();
    const first = await VentilatorJournal.open(folder.path, source, make("1", "2"));
    first.end();
    first[Symbol.dispose]();
    await expect(VentilatorJournal.open(folder.path, source, neverMake)).rejects.toThrow(
      `the batch in ${folder.path} is finished; remove ${folder.path} to start another`,
    );
  });

  test("a batch that was not written to its end is made once more", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "batch.new"), '{"batch":"0123');
    using journal = await VentilatorJournal.open(folder.path, source, make("1", "2"));
    expect(journal.batch.jobs).toBe(2);
  });
});
