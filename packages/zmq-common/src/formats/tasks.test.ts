import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { formatTask, isStartOfBatch, parseTask, RESULT, START_OF_BATCH } from "./tasks.js";

const workloads = fc.integer({ min: 0, max: 999_999_999 });
const bytes = fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array));

test("a batch starts with 0, and a result is empty", () => {
  expect(START_OF_BATCH).toBe("0");
  expect(RESULT).toBe("");
});

test("what is written is read", () => {
  fc.assert(
    fc.property(workloads, (workload) => {
      expect(parseTask([Buffer.from(formatTask(workload))])).toBe(workload);
    }),
  );
});

test("what is written is read with a NUL and anything behind it", () => {
  fc.assert(
    fc.property(workloads, bytes, (workload, tail) => {
      const padded = Buffer.concat([Buffer.from(`${workload}\0`), tail]);
      // Four bytes that end in three NULs are a little-endian integer: the digit's code
      fc.pre(padded.length !== 4 || padded.readUIntLE(1, 3) !== 0);
      expect(parseTask([padded])).toBe(workload);
    }),
  );
});

test("a 32-bit little-endian integer under 256 is read", () => {
  for (let workload = 0; workload < 256; workload++) {
    const frame = Buffer.alloc(4);
    frame.writeUInt32LE(workload);
    expect(parseTask([frame])).toBe(workload);
  }
});

test("never throws, and reads nothing else", () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 3 }), (message) => {
      const [frame] = message;
      const integer = frame?.length === 4 && frame.readUIntLE(1, 3) === 0;
      const digits = /^\d{1,9}(?:\0|$)/.test(frame?.toString("latin1") ?? "");
      expect(parseTask(message) !== undefined).toBe(message.length === 1 && (integer || digits));
    }),
    { numRuns: 1000 },
  );
});

test.each([[""], ["-5"], ["1.5"], ["soon"], ["5 "], ["1e3"], ["1000000000"], ["0x10"], ["٥"]])(
  "%j is no task",
  (text) => {
    expect(parseTask([Buffer.from(text)])).toBeUndefined();
  },
);

test("megabytes of digits are no task", () => {
  expect(parseTask([Buffer.alloc(10_000_000, "7")])).toBeUndefined();
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_000_000])(
  "a workload of %d is not written",
  (workload) => {
    expect(() => formatTask(workload)).toThrow(
      new RangeError(`Expected \`workload\` to be an integer from 0 to 999999999, got \`${workload}\``),
    );
  },
);

test.each<[string, string | number[]]>([
  ["C, Go, Java, Perl, Python", START_OF_BATCH],
  ["a C string with its NUL", "0\0"],
  ["a C string in a longer buffer", "0\0\xff\xff"],
  ["C++: two bytes of which it writes the first", [0x30, 0xff]],
  ["C#", [0]],
])("a batch starts with what a ventilator sends to the sink: %s", (_, bytes_) => {
  expect(isStartOfBatch([Buffer.from(bytes_ as string)])).toBe(true);
});

test.each<[string, (string | number[])[]]>([
  ["empty, as most workers send it", [RESULT]],
  ["a blank (Erlang)", [" "]],
  ["the task (Tcl)", ["57"]],
  ["text", ["done"]],
  ["text that begins with 0", ["0.5 s"]],
  ["NULs", [[0, 0, 0, 0]]],
  ["of several frames", ["0", ""]],
  ["no frames", []],
])("a batch does not start with a result: %s", (_, frames) => {
  expect(isStartOfBatch(frames.map((frame) => Buffer.from(frame as string)))).toBe(false);
});
