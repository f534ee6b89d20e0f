import type { Pattern } from "../src/messages.js";
import { type Chart, helloFacts, pipelineFacts, type Row } from "../src/views/chart.js";
import { type Exchange, exchangesOf } from "../src/views/exchanges.js";
import { traceOf } from "../src/views/trace.js";
import { ChartCard, Drawing, Key, Table } from "./chart-card.jsx";
import { Figure } from "./figures.jsx";
import { Lane } from "./lane.jsx";
import { nameOf } from "./names.js";
import { linearScale, type Scale } from "./scales.js";
import { aboutHello, aboutJobs, aboutPipeline } from "./sentences.js";
import * as store from "./store.js";
import { seconds } from "./units.js";
import { useWidth } from "./use-width.js";
import type { Sentence } from "./en.js";

/** Of many rows, so many are drawn. */
const MAX_ROWS = 24;

/** Of more bars than that, one sees where there are any, and nothing of each. */
const MAX_BOXES = 400;

export function Gantt({ pattern }: { pattern: Exclude<Pattern, "weather"> }) {
  const w = store.words.value;
  void store.version.value;
  const [chart, figures, sentence, share] = pattern === "hello" ? describeHello() : describePipeline(pattern);
  const missed = [...store.state.nodes.values()].reduce(
    (sum, node) => sum + (chart.rows.some(({ actor }) => actor.node === node) ? node.missed : 0),
    0,
  );
  return (
    <ChartCard
      title={w.chart[pattern]}
      figures={figures}
      sentence={sentence}
      remark={missed > 0 && w.missed(missed)}
      buttons={<TraceButton pattern={pattern} chart={chart} />}
      chart={<Lanes pattern={pattern} chart={chart} share={share} />}
      table={<SpanTable chart={chart} />}
    />
  );
}

type Description = [
  chart: Chart,
  figures: preact.JSX.Element[],
  sentence: Sentence,
  share: number | undefined,
];

function describePipeline(pattern: "pipeline" | "jobs"): Description {
  const w = store.words.value.figures;
  const facts = pipelineFacts(store.state, pattern, store.now.value);
  const { chart, tasks, results, isComplete, gaveUp, cost, workers, idle } = facts;
  const share = isComplete && workers > 0 && cost > 0 ? cost / workers : undefined;
  const isShort = gaveUp || (tasks !== undefined && facts.lost > 0);
  const figures = [
    <Figure
      key="results"
      name={w.results}
      value={String(results)}
      unit={tasks === undefined ? "" : w.of(tasks)}
      tone={isShort ? "bad" : ""}
    />,
    <Figure key="elapsed" name={isComplete ? w.elapsed : w.notDone} value={seconds(chart.end)} unit="s" />,
    <Figure
      key="share"
      name={w.share}
      value={share === undefined ? "–" : seconds(share)}
      unit={share === undefined ? "" : "s"}
    />,
    <Figure
      key="against"
      name={w.against}
      value={isComplete && chart.end > 0 && cost > 0 ? (cost / chart.end).toFixed(1) : "–"}
      unit={isComplete ? w.times : ""}
    />,
    pattern === "jobs" ? (
      <Figure key="dead" name={w.dead} value={String(facts.dead)} tone={facts.dead > 0 ? "warn" : ""} />
    ) : (
      <Figure key="idle" name={w.idle} value={String(Math.round(idle * 100))} unit="%" />
    ),
  ];
  return [chart, figures, pattern === "jobs" ? aboutJobs(facts) : aboutPipeline(facts), share];
}

function describeHello(): Description {
  const w = store.words.value.figures;
  const facts = helloFacts(store.state, store.now.value);
  const { answered, failed, median, slowest, unanswered, chart } = facts;
  const figures = [
    <Figure
      key="answered"
      name={w.answered}
      value={String(answered)}
      unit={facts.asked === undefined ? "" : w.of(facts.asked)}
    />,
    <Figure key="tries" name={w.tries} value={String(failed)} tone={failed > 0 ? "warn" : ""} />,
    <Figure
      key="median"
      name={w.median}
      value={median === undefined ? "–" : String(Math.round(median))}
      unit="ms"
    />,
    <Figure key="slowest" name={w.slowest} value={slowest === undefined ? "–" : seconds(slowest)} unit="s" />,
    <Figure
      key="unanswered"
      name={w.unanswered}
      value={seconds(unanswered)}
      unit="s"
      tone={unanswered > 0 ? "bad" : ""}
    />,
  ];
  return [chart, figures, aboutHello(facts), undefined];
}

/** Saves the trace, as Perfetto and Chrome open it. */
export function TraceButton({ pattern, chart }: { pattern: Pattern; chart: Chart }) {
  return (
    <button class="link" onClick={() => download(pattern, chart)}>
      {store.words.value.trace}
    </button>
  );
}

/** Steps of the axis: it grows by leaps, so that bars stay where they are meanwhile. */
export function horizonOf({ end, isOver }: Pick<Chart, "end" | "isOver">): number {
  if (isOver) return Math.max(100, end * 1.02);
  let horizon = 1000;
  while (horizon < end * 1.05) horizon *= 1.25;
  return horizon;
}

interface LanesProps {
  pattern: Pattern;
  chart: Chart;
  /** What each worker would do if all did as much, in milliseconds. */
  share?: number | undefined;
  /** What the axis shows, in milliseconds of the chart. */
  span?: readonly [from: number, to: number];
}

export function Lanes({ pattern, chart, share, span = [0, horizonOf(chart)] }: LanesProps) {
  const w = store.words.value;
  const measured = useWidth();
  const [, width] = measured;
  const isSlim = width < 640;
  const [left, right] = isSlim ? [0, 0] : [pattern === "hello" ? 118 : 96, 168];
  const rowHeight = isSlim ? 26 : 30;
  // Between clients and servers there are lines
  const gap = isSlim ? 28 : pattern === "hello" ? 24 : 10;
  const top = isSlim ? 56 : 28;
  const rows = lanes(chart.rows).slice(0, MAX_ROWS);
  const exchanges = pattern === "hello" ? exchangesOf({ rows, start: chart.start }) : [];
  const height = top + rows.length * (rowHeight + gap) + 22;
  const x = linearScale(span, [left, Math.max(left + 1, width - right)]);
  const ticks = x.ticks(Math.max(2, Math.floor(width / 200)));
  const isDetailed = rows.reduce((sum, { bars }) => sum + bars.length, 0) <= MAX_BOXES;
  const spoken = rows.map((row) => `${nameOf(row.actor)}: ${row.done}`).join(", ");
  return (
    <>
      <Drawing measured={measured} height={height} spoken={spoken}>
        <Hatching />
        {ticks.map((tick) => (
          <g key={tick}>
            <path class="grid" d={`M${x(tick)} ${top - 4}V${height - 20}`} />
            <text
              class="tick"
              x={x(tick)}
              y={height - 4}
              text-anchor={tick === 0 && isSlim ? "start" : "middle"}
            >
              {tick / 1000} s
            </text>
          </g>
        ))}
        {rows.map((row, index) => (
          <Lane
            key={row.actor.key}
            row={row}
            y={top + index * (rowHeight + gap)}
            height={rowHeight}
            left={left}
            width={width}
            right={right}
            scale={x}
            isDetailed={isDetailed}
          />
        ))}
        {exchanges.map((exchange) => (
          <Line
            key={`${exchange.request.row.actor.key} ${exchange.request.index}`}
            exchange={exchange}
            scale={x}
            yOf={(row) => top + rows.indexOf(row) * (rowHeight + gap)}
            height={rowHeight}
          />
        ))}
        {chart.incidents.map(({ at, actor, kind }) => (
          <Mark
            key={`${actor.key} ${at}`}
            at={x(at)}
            top={top}
            bottom={height - 20}
            line={12}
            width={width}
            text={w.incidents[kind](nameOf(actor))}
            isEnd={kind !== "back"}
          />
        ))}
        {share !== undefined && (
          <Mark
            at={x(share)}
            top={top}
            bottom={height - 20}
            line={isSlim ? 26 : 12}
            width={width}
            text={w.evenShare(share)}
            isDashed
          />
        )}
        {chart.start !== undefined && (
          <Mark
            at={x(chart.end)}
            top={top}
            bottom={height - 20}
            line={12}
            width={width}
            text={chart.isOver ? (chart.hasFailed ? w.gaveUp(chart.end) : w.done(chart.end)) : w.now}
            isEnd={share !== undefined && Math.abs(x(share) - x(chart.end)) < 130 && share > chart.end}
          />
        )}
        {rows.map((row, index) => {
          const y = top + index * (rowHeight + gap);
          const textY = isSlim ? y - 7 : y + rowHeight / 2 + 4;
          return <LaneText key={row.actor.key} row={row} y={textY} width={width} />;
        })}
      </Drawing>
      <Keys pattern={pattern} rows={rows} exchanges={exchanges} />
    </>
  );
}

/** Clients around their servers, so that one sees who asked whom. */
function lanes(rows: Row[]): Row[] {
  const servers = rows.filter(({ actor }) => actor.role === "hello-server");
  const clients = rows.filter(({ actor }) => actor.role === "hello-client");
  if (servers.length === 0) return rows;
  const half = Math.ceil(clients.length / 2);
  return [...clients.slice(0, half), ...servers, ...clients.slice(half)];
}

function Mark({
  at,
  top,
  bottom,
  line,
  width,
  text,
  isDashed = false,
  isEnd = false,
}: {
  at: number;
  top: number;
  bottom: number;
  line: number;
  width: number;
  text: string;
  isDashed?: boolean;
  isEnd?: boolean;
}) {
  const anchor = isEnd || at > width - 120 ? "end" : isDashed ? "end" : "start";
  return (
    <g>
      <path
        d={`M${at} ${Math.min(line + 4, top - 8)}V${bottom}`}
        stroke="var(--ink)"
        stroke-dasharray={isDashed ? "4 4" : undefined}
      />
      <text
        class="tick ink"
        x={at < 130 ? at + 4 : at + (anchor === "end" ? -6 : 6)}
        y={line}
        text-anchor={at < 130 ? "start" : anchor}
      >
        {text}
      </text>
    </g>
  );
}

/** So that nothing is told by colour alone. */
export function Hatching() {
  const hatch = (id: string, back: string, line: string) => (
    <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="6" height="6" fill={back} />
      <path d="M0 0v6" stroke={line} stroke-width="1.7" />
    </pattern>
  );
  return (
    <defs>
      {hatch("idle", "var(--sunk)", "var(--strong)")}
      {hatch("lost", "var(--lost-back)", "var(--lost)")}
      {hatch("frozen", "var(--late-back)", "var(--late)")}
    </defs>
  );
}

/** Who it is, and what it has done: above the lines that cross the rows. */
function LaneText({ row, y, width }: { row: Row; y: number; width: number }) {
  const w = store.words.value;
  const { actor, bars, gaps, done, failed, busy } = row;
  const end = Math.max(1, bars.at(-1)?.to ?? 0, ...gaps.map(({ to }) => to));
  const summary = actor.role.startsWith("hello")
    ? w.replies(done, failed)
    : actor.condition === "killed"
      ? w.tasksLost(done)
      : w.tasksBusy(done, Math.round((busy / end) * 100));
  return (
    <>
      <text class={`name halo ${actor.condition}`} x="0" y={y}>
        {nameOf(actor)}
      </text>
      <text class="tick halo" x={width} y={y} text-anchor="end">
        {summary}
      </text>
    </>
  );
}

interface LineProps {
  exchange: Exchange;
  scale: Scale;
  yOf: (row: Row) => number;
  height: number;
}

/** From a client to the server that took its request, and back: to where the client was by then. */
function Line({ exchange: { request, work, isLate }, scale: x, yOf, height }: LineProps) {
  const [client, server] = [yOf(request.row), yOf(work.row)];
  const [a, b] = client < server ? [client + height, server] : [client, server + height];
  const back = isLate ? work.bar.to : request.bar.to;
  const point = (time: number, y: number) => `${x(time).toFixed(1)} ${y}`;
  const [asked, begun] = [point(request.bar.from, a), point(work.bar.from, b)];
  const [ended, answered] = [point(work.bar.to, b), point(back, a)];
  return (
    <g
      class={`exchange ${isLate ? "late" : ""}`}
      data-request={`${request.row.actor.key} ${request.index}`}
      data-work={`${work.row.actor.key} ${work.index}`}
    >
      <path d={`M${asked}L${begun}`} />
      <path class="reply" d={`M${ended}L${answered}`} />
      {/* Dots, so that one sees where a line that crosses others ends */}
      <path class="ends" d={`M${asked}h0M${begun}h0M${ended}h0M${answered}h0`} />
    </g>
  );
}

function Keys({ pattern, rows, exchanges }: { pattern: Pattern; rows: Row[]; exchanges: Exchange[] }) {
  const { keys } = store.words.value;
  const has = (kind: string) => rows.some(({ gaps }) => gaps.some((gap) => gap.kind === kind));
  const all: [string, string, boolean][] =
    pattern === "hello"
      ? [
          ["box done", keys.server, true],
          ["box client", keys.client, true],
          ["box failed", keys.vain, rows.some(({ failed }) => failed > 0)],
        ]
      : [["box done", pattern === "jobs" ? keys.job : keys.task, true]];
  all.push(
    ["gap frozen", keys.frozen, has("frozen")],
    ["gap lost", keys.lost, has("lost")],
    ["gap idle", keys.idle, has("idle")],
  );
  return (
    <div class="keys">
      {all
        .filter(([, , isThere]) => isThere)
        .map(([tone, text]) => (
          <Key key={text} tone={tone} text={text} />
        ))}
      {[false, true]
        .filter((isLate) => exchanges.some((exchange) => exchange.isLate === isLate))
        .map((isLate) => (
          <span key={String(isLate)}>
            <svg aria-hidden="true" class={`exchange ${isLate ? "late" : ""}`}>
              <path class="reply" d="M1 9 13 1" />
            </svg>
            {isLate ? keys.lateReply : keys.exchange}
          </span>
        ))}
    </div>
  );
}

export function SpanTable({ chart }: { chart: Chart }) {
  const { column, good } = store.words.value;
  return (
    <Table
      columns={[column.name, column.begin, column.took, column.what, column.outcome]}
      rows={chart.rows.flatMap(({ actor, bars }) =>
        bars.map(({ from, to, label, kind }) => [
          nameOf(actor),
          from.toFixed(1),
          (to - from).toFixed(1),
          label,
          kind === "done" ? good : kind === "open" ? "…" : "✗",
        ]),
      )}
    />
  );
}

function download(pattern: Pattern, chart: Chart): void {
  const trace = traceOf(chart, nameOf);
  const url = URL.createObjectURL(new Blob([JSON.stringify(trace)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${pattern}.trace.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
