import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  addJob,
  batchOf,
  forEachJob,
  formatBatch,
  formatHello,
  formatLines,
  formatNumbered,
  formatSinkMessage,
  formatTask,
  formatToken,
  formatWorkerMessage,
  type Frames,
  groupLines,
  type Line,
  MAX_TEXT,
  MAX_WINDOW,
  parseLines,
  parseSinkMessage,
  parseSinkwardMessage,
  parseVentilatorMessage,
  parseWorkerMessage,
} from "./wire.js";

const hex = (digits: number) =>
  fc
    .stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`), { size: "max" })
    .filter((text) => text.length === digits);
const tokens = fc.tuple(hex(16), hex(8), fc.nat(999_999_999)).map((parts) => formatToken(...parts));
const texts = fc
  .uint8Array({ maxLength: 30 })
  .map((bytes) => Buffer.from(bytes).toString("latin1").replaceAll("\n", ""));
const ids = fc.nat(2 ** 32 - 1);
const lines = fc.array(
  fc
    .record({ first: ids, more: fc.nat(99), text: texts })
    .map(({ first, more, text }) => ({ first, last: Math.min(2 ** 32 - 1, first + more), text })),
);
const state = {
  token: tokens,
  window: fc.integer({ min: 1, max: 100_000 }),
  ttl: fc.integer({ min: 50, max: 3_600_000 }),
};

const line = (first: number, text = "", last = first): Line => ({ first, last, text });

/** Frames as a socket hands them over. */
const received = (frames: Frames): Buffer[] => frames.map((frame) => Buffer.from(frame as string));

/** Messages whose lines may need several frames, joined again. */
function joined(messages: readonly (object | undefined)[]): object | undefined {
  const [first] = messages;
  if (first === undefined || !("lines" in first)) return first;
  return { ...first, lines: messages.flatMap((message) => (message as { lines: unknown[] }).lines) };
}

describe("what is written is read", () => {
  test("of a worker", () => {
    const messages = fc.oneof(
      fc.record({ kind: fc.constant("READY" as const), lines: fc.constant([]), ...state }),
      fc.record({ kind: fc.constantFrom("DONE" as const, "FAIL" as const, "BYE" as const), lines, ...state }),
    );
    fc.assert(
      fc.property(messages, (message) => {
        const read = formatWorkerMessage(message).map((frames) => parseWorkerMessage(received(frames)));
        expect(joined(read)).toEqual(message);
      }),
    );
  });

  test("of the ventilator to a worker", () => {
    fc.assert(
      fc.property(tokens, ids, fc.array(texts, { minLength: 1 }), (token, first, payloads) => {
        expect(parseVentilatorMessage(received(formatHello(token)))).toEqual({ kind: "HELLO", token });
        const frames = formatTask(first, Buffer.from(payloads.map((text) => `${text}\n`).join(""), "latin1"));
        const isValid = first + payloads.length <= 2 ** 32;
        expect(parseVentilatorMessage(received(frames))).toEqual(
          isValid ? { kind: "TASK", first, payloads } : undefined,
        );
        for (const kind of ["BEAT", "STOP"]) {
          expect(parseVentilatorMessage(received([kind]))).toEqual({ kind });
        }
      }),
    );
  });

  test("of the ventilator to the sink", () => {
    fc.assert(
      fc.property(
        hex(16),
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        lines,
        fc.integer({ min: 1 }),
        (batch, jobs, some, seq) => {
          expect(parseSinkwardMessage(received(formatBatch(batch, jobs)))).toEqual({
            kind: "BATCH",
            batch,
            jobs,
          });
          const numbered = { seq, workers: 3 };
          for (const kind of ["DONE", "DEAD"] as const) {
            const frames = formatNumbered(kind, numbered, formatLines(some));
            expect(parseSinkwardMessage(received(frames))).toEqual({ kind, ...numbered, lines: some });
          }
          expect(parseSinkwardMessage(received(formatNumbered("END", numbered)))).toEqual({
            kind: "END",
            ...numbered,
          });
        },
      ),
    );
  });

  test("of the sink", () => {
    const ranges = fc.array(
      fc.tuple(ids, ids).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const),
    );
    const messages = fc.oneof(
      fc.record({ kind: fc.constant("HAVE" as const), ranges }),
      fc.record({ kind: fc.constant("ACK" as const), seq: fc.nat() }),
      fc.record({ kind: fc.constant("REFUSE" as const), reason: fc.string({ unit: "grapheme" }) }),
    );
    fc.assert(
      fc.property(messages, (message) => {
        expect(parseSinkMessage(received(formatSinkMessage(message)))).toEqual(message);
      }),
    );
  });
});

test("nothing that comes makes a reader throw, or is read as something that cannot be written", () => {
  const kinds = [
    "READY",
    "DONE",
    "FAIL",
    "BYE",
    "GONE",
    "HELLO",
    "TASK",
    "BEAT",
    "STOP",
    "BATCH",
    "DEAD",
    "END",
    "HAVE",
    "ACK",
    "REFUSE",
  ];
  const fields = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        "",
        "1 10000",
        "1 2",
        "-1 5",
        "0 100",
        "7 a\n",
        "7\n8 b\n",
        "7 a",
        "0-3\n",
        "3-0\n",
        "0-99999 a\n",
        "0-100000 a\n",
        "a\n\nb\n",
        "99999999999 x\n",
      )
      .map((text) => Buffer.from(text)),
    tokens.map((token) => Buffer.from(token)),
  );
  const messages = fc.tuple(fc.constantFrom(...kinds, "", "x"), fc.array(fields, { maxLength: 4 }));
  fc.assert(
    fc.property(messages, ([kind, rest]) => {
      const frames = [Buffer.from(kind), ...rest];
      const worker = parseWorkerMessage(frames);
      if (worker !== undefined && worker.kind !== "GONE") formatWorkerMessage(worker);
      const ventilator = parseVentilatorMessage(frames);
      if (ventilator?.kind === "HELLO") formatHello(ventilator.token);
      if (ventilator?.kind === "TASK") formatTask(ventilator.first, Buffer.from(""));
      const sinkward = parseSinkwardMessage(frames);
      if (sinkward !== undefined && "lines" in sinkward) formatLines(sinkward.lines);
      parseSinkMessage(frames);
    }),
    { numRuns: 2000 },
  );
  expect(parseWorkerMessage([])).toBeUndefined();
  expect(parseVentilatorMessage([])).toBeUndefined();
  expect(parseSinkwardMessage([])).toBeUndefined();
  expect(parseSinkMessage([])).toBeUndefined();
});

test("a line is ids and bytes; an empty text needs no space", () => {
  expect(String(formatLines([line(0), line(7, "a b"), line(8, "", 9)]))).toBe("0\n7 a b\n8-9\n");
  expect(parseLines(Buffer.from("0 \n7 a b\n8-9\n"))).toEqual([line(0), line(7, "a b"), line(8, "", 9)]);
  for (const malformed of [
    "7",
    "7 a",
    " a\n",
    "x\n",
    "\n",
    "7a\n",
    "7-\n",
    "9-8\n",
    "-1 a\n",
    "0\n\n1\n",
    "4294967296 a\n",
    "4294967295-4294967296 a\n",
    "00000000001 a\n",
  ]) {
    expect(parseLines(Buffer.from(malformed))).toBeUndefined();
  }
});

test("jobs that follow one another with the same text are one line", () => {
  const jobs = [5, 6, 7, 9, 8, 9].map((id) => ({ id, text: id === 7 ? "x" : "" }));
  const some: Line[] = [];
  for (const { id, text } of jobs) addJob(some, id, text);
  expect(some).toEqual([line(5, "", 6), line(7, "x"), line(9), line(8, "", 9)]);
  const read: typeof jobs = [];
  forEachJob(some, (id, text) => read.push({ id, text }));
  expect(read).toEqual(jobs);
});

test("a message of a few bytes does not stand for millions of jobs", () => {
  expect(parseLines(Buffer.from(`0-${MAX_WINDOW - 1}\n`))).toHaveLength(1);
  expect(parseLines(Buffer.from(`0-${MAX_WINDOW}\n`))).toBeUndefined();
  expect(parseLines(Buffer.from(`0-${MAX_WINDOW - 1}\n`.repeat(3)))).toBeUndefined();

  const many: Line[] = [];
  for (let id = 0; id < 5 * MAX_WINDOW; id++) addJob(many, 2 * id, "");
  for (let id = 0; id < 5 * MAX_WINDOW; id++) addJob(many, id, "");
  const frames = groupLines(many).map((group) => parseLines(formatLines(group)));
  expect(frames.flat()).toEqual(many);
});

test("what cannot be a line is not written", () => {
  for (const text of ["a\nb", "x".repeat(MAX_TEXT + 1)]) {
    expect(() => formatLines([line(1, text)])).toThrow(RangeError);
  }
  for (const id of [-1, 2 ** 32, Number.NaN]) expect(() => formatLines([line(id)])).toThrow(RangeError);
  for (const last of [0, MAX_WINDOW + 1]) expect(() => formatLines([line(1, "", last)])).toThrow(RangeError);
});

test("no frame has more than 1 MiB", () => {
  const long = Array.from({ length: 9 }, (_, id) => line(id, "x".repeat(MAX_TEXT)));
  const short = Array.from({ length: 300_000 }, (_, id) => line(id, "x"));
  const many = Array.from(
    { length: 100_000 },
    (_, n) => [4_000_000_000 + 2 * n, 4_000_000_000 + 2 * n] as const,
  );
  for (const frames of [
    ...[long, short].map((each) => groupLines(each).map((group) => formatLines(group))),
    received(formatSinkMessage({ kind: "HAVE", ranges: many })),
  ]) {
    expect(frames.length).toBeGreaterThan(1);
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(1024 * 1024);
  }
  expect(groupLines(short).flat()).toEqual(short);
});

test("a token names its batch", () => {
  expect(batchOf(formatToken("0123456789abcdef", "00000001", 7))).toBe("0123456789abcdef");
  expect(() => formatToken("0123", "00000001", 7)).toThrow(RangeError);
});
