import type { Span } from "zmq-common";

export interface Bar {
  from: number;
  to: number;
  label: string;
  /** `open`: not over yet; `failed`: there was no reply, or no result. */
  kind: "done" | "open" | "failed";
  /** A request for which there was no server. */
  isUnsent?: boolean;
}

/** Bars, and what they come to. */
export interface Bars {
  bars: Bar[];
  done: number;
  failed: number;
  /** For how long it was at work that was done, in milliseconds. */
  busy: number;
  /** How long that work should take: a task is its number of milliseconds. */
  cost: number;
}

interface Made extends Bars {
  origin: number;
  first: Span | undefined;
}

const made = new WeakMap<readonly Span[], Made>();

/**
 * The bars of spans, in milliseconds since the origin. Of an array that only grows at its end those are kept that it had
 * before: many times a second there are a few more of thousands.
 */
export function barsOf(spans: readonly Span[], origin: number): Readonly<Bars> {
  let known = made.get(spans);
  if (known?.origin !== origin || known.first !== spans[0] || known.bars.length > spans.length) {
    known = { origin, first: spans[0], ...noBars() };
    made.set(spans, known);
  }
  for (const [start, took, label, outcome] of spans.slice(known.bars.length)) {
    const from = start - origin;
    const bar: Bar = { from, to: from + took, label, kind: outcome === undefined ? "done" : "failed" };
    add(known, outcome === "not sent" ? { ...bar, isUnsent: true } : bar);
  }
  return known;
}

/** Those that begin at the origin or later. */
export function barsSinceOrigin({ bars }: Readonly<Bars>): Bars {
  const since = noBars();
  for (const bar of bars) if (bar.from >= 0) add(since, bar);
  return since;
}

const noBars = (): Bars => ({ bars: [], done: 0, failed: 0, busy: 0, cost: 0 });

function add(to: Bars, bar: Bar): void {
  to.bars.push(bar);
  if (bar.kind === "failed") to.failed += 1;
  else {
    to.done += 1;
    to.busy += bar.to - bar.from;
    to.cost += Number(bar.label) || 0;
  }
}
