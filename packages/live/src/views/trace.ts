/** A chart as a trace that Perfetto and Chrome open: the Trace Event Format, complete events. */
import type { Actor } from "./actors.js";
import type { Chart } from "./chart.js";

export interface TraceEvent {
  name: string;
  ph: "X" | "M";
  pid: number;
  tid: number;
  /** Microseconds. */
  ts?: number;
  dur?: number;
  args?: Record<string, string>;
}

export function traceOf(chart: Chart, nameOf: (actor: Actor) => string): { traceEvents: TraceEvent[] } {
  const traceEvents: TraceEvent[] = chart.rows.flatMap(({ actor, bars, gaps }, tid) => [
    { name: "thread_name", ph: "M" as const, pid: 1, tid, args: { name: nameOf(actor) } },
    ...bars.map(({ from, to, label, kind }) => ({
      name: label === "" ? actor.role : label,
      ph: "X" as const,
      pid: 1,
      tid,
      ts: Math.round(from * 1000),
      dur: Math.round((to - from) * 1000),
      args: { outcome: kind },
    })),
    ...gaps
      .filter(({ kind }) => kind !== "idle")
      .map(({ from, to, kind }) => ({
        name: kind,
        ph: "X" as const,
        pid: 1,
        // Beside the bars: they may overlap, which a thread's events must not
        tid: tid + chart.rows.length,
        ts: Math.round(from * 1000),
        dur: Math.round((to - from) * 1000),
      })),
  ]);
  return { traceEvents };
}
