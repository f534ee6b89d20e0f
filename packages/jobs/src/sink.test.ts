import { expect, test } from "@jest/globals";
import { openSinkJournal } from "./sink-journal.js";
import { Sink } from "./sink.js";
import { formatBatch, formatLines, formatNumbered, type Frames } from "./wire.js";

/** As a ROUTER receives it. */
const received = (frames: Frames) => [
  Buffer.from("vent"),
  ...[frames].flat().map((frame) => Buffer.from(frame)),
];

test("half a million results in one turn, as after a standstill, are counted", () => {
  const jobs = 500_000;
  const sink = new Sink({ journal: openSinkJournal({ sync: false }) });
  sink.receive(received(formatBatch("0123456789abcdef", jobs)));
  const lines = Array.from({ length: jobs }, (_, id) => ({ first: id, last: id, text: String(id) }));
  for (let at = 0; at < jobs; at += 50_000) {
    const frame = formatLines(lines.slice(at, at + 50_000));
    sink.receive(received(formatNumbered("DONE", { seq: at + 1, workers: 4 }, frame)));
  }
  expect(sink.endTurn(0).results).toHaveLength(jobs);
  expect(sink.complete).toBe(true);
});
