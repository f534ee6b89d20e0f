/** Who did what, when: rows of bars. Times are milliseconds since the chart's beginning. */
import type { Span } from "zmq-common";
import type { Pattern } from "../messages.js";
import type { LiveState } from "../state.js";
import { type Actor, actorsOf, countsOf, interruptions, isOver, spansOf } from "./actors.js";
import { type Bar, type Bars, barsOf, barsSinceOrigin } from "./bars.js";

interface Gap {
  from: number;
  to: number;
  kind: "frozen" | "lost" | "idle";
}

export interface Row {
  actor: Actor;
  bars: readonly Bar[];
  gaps: Gap[];
  done: number;
  failed: number;
  /** For how long it worked. */
  busy: number;
  /** How long that should have taken, in milliseconds: a task is its number of them. */
  cost: number;
}

/** What befell one without a row, as a ventilator has none. */
interface Incident {
  at: number;
  actor: Actor;
  kind: "killed" | "frozen" | "back";
}

export interface Chart {
  /** The beginning, in milliseconds since 1970; none if nothing has happened. */
  start: number | undefined;
  /** The end, or now. */
  end: number;
  isOver: boolean;
  /** Whether it ended without all that it should have had. */
  hasFailed: boolean;
  rows: Row[];
  incidents: Incident[];
}

/** Of requests that go on and on, the latest are drawn: those of so many milliseconds. */
const WINDOW = 30_000;

/** Of each client, the median is one of so many latest round trips. */
const MAX_TRIPS = 200;

/** The socket whose spans are the bars of a role. */
const SOCKETS: Readonly<Record<string, string>> = {
  "hello-client": "REQ",
  "hello-server": "REP",
  taskwork: "PULL",
  jobwork: "DEALER",
};

/** The spans that are the bars of a role; for the others there are none. */
const spansDrawn = (actor: Actor) => spansOf(actor, SOCKETS[actor.role] ?? "");

/** When what is drawn of them began, in milliseconds since 1970; none if nothing has happened. */
export function beginningOf(actors: readonly Actor[]): number | undefined {
  const began = actors.flatMap((actor) => [
    ...spansDrawn(actor)
      .slice(0, 1)
      .map(([start]) => start),
    ...(actor.role === "tasksink"
      ? spansOf(actor, "PULL")
          .slice(0, 1)
          .map(([start]) => start)
      : []),
    ...doingOf(actor).map(({ since }) => since),
  ]);
  return began.length === 0 ? undefined : Math.min(...began);
}

/** What is drawn for a pattern. */
export function chartOf(state: LiveState, pattern: Pattern, now: number): Chart {
  const actors = actorsOf(state, pattern, now);
  const drawn = actors.filter(({ role }) => role in SOCKETS);
  const began = beginningOf(actors);
  const isEndless = pattern === "hello" && !state.runs.has(pattern);
  // By the second: between two of them bars stay where they are
  const first = isEndless ? Math.floor((now - WINDOW) / 1000) * 1000 : -Infinity;
  const start = began === undefined ? undefined : Math.max(first, began);
  const over = isRunOver(pattern, actors);
  const ends = actors.flatMap((actor) => {
    const [from = 0, took = 0] = lastResult(actor) ?? spansDrawn(actor).at(-1) ?? [];
    return from === 0 ? [] : [from + took];
  });
  const last = Math.min(ends.length === 0 ? now : Math.max(...ends), allCountedAt(actors) ?? Infinity);
  const gaveUp = gaveUpAt(state, actors);
  const endAt = over ? Math.max(last, gaveUp ?? 0) : now;
  const origin = start ?? now;
  // Who came when all was done has no part in it
  const isLate = ({ node }: Actor) => pattern !== "hello" && over && (node?.started ?? now) > endAt;
  const rows = drawn.flatMap((actor) => {
    if (isLate(actor)) return [];
    const bars = barsOf(spansDrawn(actor), origin);
    return [rowOf(state, actor, isEndless ? barsSinceOrigin(bars) : bars, origin, endAt)];
  });
  return {
    start,
    end: Math.max(0, endAt - origin),
    isOver: over,
    hasFailed: gaveUp !== undefined,
    rows,
    incidents: incidentsOf(state, actors, origin),
  };
}

function incidentsOf(state: LiveState, actors: readonly Actor[], origin: number): Incident[] {
  const away = new Set<string>();
  return state.events.flatMap(({ child, role, state: condition, t }): Incident[] => {
    const actor = role in SOCKETS ? undefined : actors.find(({ key }) => key === child);
    if (actor === undefined) return [];
    if (condition === "killed" || condition === "frozen") away.add(role);
    else if (condition !== "running" || !away.delete(role)) return [];
    return [{ at: t - origin, actor, kind: condition === "running" ? "back" : condition }];
  });
}

/** The last result that a sink took. */
function lastResult(actor: Actor): Span | undefined {
  return actor.role === "tasksink" ? spansOf(actor, "PULL").at(-1) : undefined;
}

/** When all jobs were counted: what a worker does after that was done by others. */
function allCountedAt(actors: readonly Actor[]): number | undefined {
  return actors.find((actor) => actor.role === "jobsink" && isOver(actor))?.node?.tick?.t;
}

/** When a sink ended that did not get everything. */
function gaveUpAt(state: LiveState, actors: readonly Actor[]): number | undefined {
  const sink = actors.find(({ role, condition }) => role === "tasksink" && condition === "failed");
  return sink && (state.events.findLast(({ child }) => child === sink.key)?.t ?? sink.node?.heard);
}

/** Whether those have ended that do when the pattern has run. */
function isRunOver(pattern: Pattern, actors: readonly Actor[]): boolean {
  const role = { hello: "hello-client", weather: "wuclient", pipeline: "tasksink", jobs: "jobsink" }[pattern];
  const ending = actors.filter((actor) => actor.role === role);
  return ending.length > 0 && ending.every(isOver);
}

function doingOf({ node, role, condition }: Actor): { since: number; label: string }[] {
  if (node === undefined || condition === "ended" || condition === "failed") return [];
  const type = SOCKETS[role];
  return (node.tick?.doing ?? [])
    .filter(([socket]) => socket.split(" ")[0] === type)
    .map(([, since, label]) => ({ since, label }));
}

function rowOf(state: LiveState, actor: Actor, made: Readonly<Bars>, origin: number, endAt: number): Row {
  const { frozen, killedAt } = interruptions(state, actor, endAt);
  const lastEnd = made.bars.at(-1)?.to ?? 0;
  const open = doingOf(actor).flatMap(({ since, label }): Bar[] => {
    const to = (killedAt ?? endAt) - origin;
    return since - origin >= lastEnd - 1 && to > since - origin
      ? [{ from: since - origin, to, label, kind: killedAt === undefined ? "open" : "failed" }]
      : [];
  });
  const bars = open.length === 0 ? made.bars : [...made.bars, ...open];
  const gaps: Gap[] = frozen.map(([from, to]) => ({ from: from - origin, to: to - origin, kind: "frozen" }));
  const end = endAt - origin;
  const busyUntil = Math.max(0, bars.at(-1)?.to ?? 0);
  if (killedAt !== undefined) {
    gaps.push({ from: Math.max(0, killedAt - origin), to: Math.max(end, killedAt - origin), kind: "lost" });
  } else if (end - busyUntil > 4 && made.bars.length > 0) {
    gaps.push({ from: busyUntil, to: end, kind: "idle" });
  }
  const { done, cost } = made;
  const busy =
    made.busy - gaps.reduce((sum, gap) => sum + (gap.kind === "frozen" ? overlap(bars, gap) : 0), 0);
  const failed = made.failed + open.filter(({ kind }) => kind === "failed").length;
  return { actor, bars, gaps, done, failed, busy, cost };
}

/** For how much of a gap something was begun and not done. */
function overlap(bars: readonly Bar[], gap: Gap): number {
  const during = bars.filter(({ from, to, kind }) => kind === "done" && from < gap.to && to > gap.from);
  return during.reduce((sum, { from, to }) => sum + Math.min(to, gap.to) - Math.max(from, gap.from), 0);
}

export interface PipelineFacts {
  chart: Chart;
  workers: number;
  /** How many tasks there are; not known before the ventilator tells. */
  tasks: number | undefined;
  results: number;
  /** Jobs that have failed too often. */
  dead: number;
  /** What one worker alone would take, in milliseconds: the work that was done. */
  cost: number;
  /** Whether the batch is over, and complete. */
  isComplete: boolean;
  gaveUp: boolean;
  /** Tasks that nobody has any more. */
  lost: number;
  idle: number;
  dominant: Row | undefined;
  hasVentilator: boolean;
  ventilatorKilled: boolean;
  killed: Row[];
  frozen: { row: Row; milliseconds: number }[];
  /** The one whose tasks take much longer than they should. */
  slow: { row: Row; factor: number } | undefined;
}

/** What there is to say about a pipeline, or about jobs. */
export function pipelineFacts(state: LiveState, pattern: "pipeline" | "jobs", now: number): PipelineFacts {
  const chart = chartOf(state, pattern, now);
  const actors = actorsOf(state, pattern, now);
  const sink = actors.findLast(({ role }) => role.endsWith("sink"));
  const ventilator = actors.findLast(({ role }) => role.endsWith("vent"));
  const shown = (label: string) => sink?.node?.tick?.show?.find(([each]) => each === label)?.[1] ?? 0;
  const { rows } = chart;
  const done = rows.reduce((sum, row) => sum + row.done, 0);
  // Of the sink's messages, the first is the start of the batch
  const counted = sink === undefined ? 0 : Math.max(0, countsOf(sink, "PULL").received - 1);
  const results = pattern === "jobs" ? shown("results") : counted;
  const dealt = ventilator?.node?.tick?.sockets["PUSH"]?.[1];
  const tasks = pattern === "jobs" ? shown("jobs") || undefined : dealt || undefined;
  const dead = shown("dead");
  const cost = rows.reduce((sum, row) => sum + row.cost, 0);
  const killed = rows.filter(({ actor }) => actor.condition === "killed");
  // The last of what it did it could not tell, but the sink has it
  if (pattern === "pipeline" && killed.length === 1 && killed[0] !== undefined && results > done)
    killed[0].done += results - done;
  const isAtWork = rows.some(({ bars, actor }) => !isOver(actor) && bars.at(-1)?.kind === "open");
  const isAllHandedOut = ventilator !== undefined && isOver(ventilator);
  const isLosing = pattern === "pipeline" && tasks !== undefined && isAllHandedOut && !isAtWork;
  return {
    chart,
    workers: rows.length,
    tasks,
    results,
    dead,
    cost,
    isComplete:
      pattern === "jobs" ? tasks !== undefined && results + dead === tasks : sink?.condition === "ended",
    gaveUp: pattern === "pipeline" && sink?.condition === "failed",
    lost: isLosing && killed.length > 0 ? Math.max(0, tasks - Math.max(results, done)) : 0,
    idle:
      chart.end === 0
        ? 0
        : 1 -
          Math.min(1, rows.reduce((sum, { busy }) => sum + busy, 0) / (chart.end * Math.max(1, rows.length))),
    dominant: rows.length > 1 && done >= 10 ? rows.find((row) => row.done > done * 0.6) : undefined,
    killed,
    hasVentilator: ventilator !== undefined,
    ventilatorKilled: actors.some(({ role, condition }) => role === "jobvent" && condition === "killed"),
    frozen: rows.flatMap((row) => {
      const milliseconds = row.gaps.reduce(
        (sum, { kind, from, to }) => sum + (kind === "frozen" ? to - from : 0),
        0,
      );
      return milliseconds > 0 ? [{ row, milliseconds }] : [];
    }),
    slow: findSlow(rows),
  };
}

function findSlow(rows: readonly Row[]): PipelineFacts["slow"] {
  for (const row of rows) {
    const { cost } = row;
    const isFrozen = row.gaps.some(({ kind }) => kind === "frozen");
    if (!isFrozen && row.done >= 3 && cost > 0 && row.busy / cost > 2)
      return { row, factor: row.busy / cost };
  }
  return undefined;
}

export interface HelloFacts {
  chart: Chart;
  clients: Row[];
  servers: Row[];
  answered: number;
  /** How many requests the clients have, where they were started here: ten each. */
  asked: number | undefined;
  /** Tries without a reply. */
  failed: number;
  /** The median round trip, in milliseconds. */
  median: number | undefined;
  /** The longest time from a request to its reply, all tries included. */
  slowest: number | undefined;
  /** For how long no server answered, in milliseconds: it was killed, or frozen. */
  unanswered: number;
  wasKilled: boolean;
  startedTwice: boolean;
  frozen: number;
  /** How long the first request waited for a server. */
  waited: number;
}

/** What there is to say about requests and replies. */
export function helloFacts(state: LiveState, now: number): HelloFacts {
  const chart = chartOf(state, "hello", now);
  const clients = chart.rows.filter(({ actor }) => actor.role === "hello-client");
  const servers = chart.rows.filter(({ actor }) => actor.role === "hello-server");
  const trips = clients
    .flatMap(({ bars }) => bars.slice(-MAX_TRIPS).filter(({ kind }) => kind === "done"))
    .map(({ from, to }) => to - from);
  const sorted = trips.toSorted((one, other) => one - other);
  const killed = servers.flatMap(({ gaps }) => gaps.filter(({ kind }) => kind === "lost"));
  const next = servers.find(({ actor }) => actor.condition !== "killed");
  const from = killed[0]?.from;
  const back = next?.bars[0]?.from ?? chart.end;
  const firstStart = Math.min(...clients.map(({ actor }) => actor.node?.started ?? Infinity));
  const serverStart = Math.min(...servers.map(({ actor }) => actor.node?.started ?? Infinity));
  const frozen = servers
    .flatMap(({ gaps }) => gaps)
    .reduce((sum, { kind, from: since, to }) => sum + (kind === "frozen" ? to - since : 0), 0);
  return {
    chart,
    clients,
    servers,
    // All of them, also those of before anybody looked
    answered: clients.reduce(
      (sum, { actor, done }) => sum + Math.max(done, countsOf(actor, "REQ").received),
      0,
    ),
    asked: clients.every(({ actor }) => actor.child !== undefined) ? clients.length * 10 : undefined,
    failed: clients.reduce((sum, { failed }) => sum + failed, 0),
    median: sorted[Math.floor(sorted.length / 2)],
    slowest: slowestOf(clients),
    unanswered: from === undefined ? frozen : Math.max(0, back - from),
    wasKilled: killed.length > 0,
    startedTwice: killed.length > 0 && next !== undefined,
    frozen,
    waited: Number.isFinite(serverStart - firstStart) ? Math.max(0, serverStart - firstStart) : 0,
  };
}

function slowestOf(clients: readonly Row[]): number | undefined {
  let slowest: number | undefined;
  for (const { bars } of clients) {
    let since: number | undefined;
    for (const { from, to, kind } of bars) {
      since ??= from;
      if (kind !== "done") continue;
      slowest = Math.max(slowest ?? 0, to - since);
      since = undefined;
    }
  }
  return slowest;
}
