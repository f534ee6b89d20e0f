import { expect, test } from "@jest/globals";
import type { Span } from "zmq-common";
import { barsOf, barsSinceOrigin } from "./bars.js";

const span = (n: number): Span => [1000 + 10 * n, 8, String(n)];

test("bars that have been made are kept, and the new ones added", () => {
  const spans = [span(1), span(2)];
  const [first, second] = barsOf(spans, 1000).bars;
  spans.push([1030, 5, "3", "no reply"]);
  const { bars, ...sums } = barsOf(spans, 1000);
  expect(bars.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    [10, 18, "done"],
    [20, 28, "done"],
    [30, 35, "failed"],
  ]);
  expect([bars[0] === first, bars[1] === second]).toEqual([true, true]);
  expect(sums).toMatchObject({ done: 2, failed: 1, busy: 16, cost: 3 });
});

test("they are made again when the first are forgotten, or begin elsewhere", () => {
  const spans = [span(1), span(2), span(3)];
  expect(barsOf(spans, 1000).done).toBe(3);
  spans.splice(0, 2, span(2));
  expect(barsOf(spans, 1000)).toMatchObject({ done: 2, cost: 5 });
  expect(barsOf(spans, 990).bars.map(({ from }) => from)).toEqual([30, 40]);
  expect(barsSinceOrigin(barsOf(spans, 1025))).toMatchObject({ done: 1, cost: 3, bars: [{ from: 5 }] });
});
