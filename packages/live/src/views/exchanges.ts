/** Which server answered which request. Nothing on the wire says so; it follows from times, or it is not told. */
import { type Actor, countsOf } from "./actors.js";
import type { Bar } from "./bars.js";
import type { Chart, Row } from "./chart.js";
import { edgesOf } from "./topology.js";

/** Of more answered requests than that nothing could be seen. */
const MAX_ANSWERED = 60;

/** How late a busy machine may be to note a time, in milliseconds. The more, the fewer are beyond doubt. */
const TOLERANCE = 40;

/** How long a reply is on its way at most, in milliseconds. */
const ON_ITS_WAY = 150;

interface Place {
  row: Row;
  bar: Bar;
  /** Which of the row's bars it is. */
  index: number;
}

export interface Exchange {
  /** The client's wait. */
  request: Place;
  /** The server's work for it. */
  work: Place;
  /** Whether the client had given up before the reply came. */
  isLate: boolean;
}

/** The exchanges that are beyond doubt: all others would have had to happen at another time. */
export function exchangesOf({ rows, start = 0 }: Pick<Chart, "rows" | "start">): Exchange[] {
  const isClient = ({ actor }: Row) => actor.role === "hello-client";
  const clients = rows.filter(isClient);
  // Where some are not known, one of those may be the right one
  const isWhole = rows.every(({ actor }) => actor.node?.missed === 0);
  if (clients.reduce((sum, { done }) => sum + done, 0) > MAX_ANSWERED || !isWhole) return [];
  const requests = placesOf(clients).filter(({ bar }) => bar.kind !== "open");
  const answered = requests.filter(({ bar }) => bar.kind === "done");
  const works = placesOf(rows.filter((row) => !isClient(row))).filter(({ bar }) => bar.kind === "done");
  const actors = rows.map(({ actor }) => actor);
  const isPossible = possibility(actors, start);

  const candidates = (of: Place) =>
    works.filter(
      (work) =>
        isPossible(of, work) && work.bar.to <= of.bar.to + TOLERANCE && work.bar.to >= of.bar.to - ON_ITS_WAY,
    );
  const found = eliminate(answered, candidates);
  const exchanges = [...found].map(([request, work]): Exchange => ({ request, work, isLate: false }));
  // A late reply is one to nobody else: all others must be known, and all clients
  if (found.size < answered.length || hasStrangers(actors)) return exchanges;
  const taken = new Set(found.values());
  const rest = works.filter((work) => !taken.has(work));
  const givenUp = requests.filter(({ bar }) => bar.kind === "failed" && bar.isUnsent !== true);
  const late = eliminate(rest, (work) =>
    givenUp.filter((request) => isPossible(request, work) && work.bar.to >= request.bar.to - TOLERANCE),
  );
  return [...exchanges, ...[...late].map(([work, request]): Exchange => ({ request, work, isLate: true }))];
}

function placesOf(rows: readonly Row[]): Place[] {
  return rows.flatMap((row) => row.bars.map((bar, index) => ({ row, bar, index })));
}

/**
 * Whether a request can be the one that a server worked for: of the same content, to a server that was there before it
 * was given up, begun by then, and by one clock.
 */
function possibility(actors: readonly Actor[], start: number): (request: Place, work: Place) => boolean {
  const edges = new Set(edgesOf("hello", actors).map(({ from, to }) => `${from.key} ${to.key}`));
  return ({ row: { actor: client }, bar: asked }, { row: { actor: server }, bar: worked }) =>
    edges.has(`${client.key} ${server.key}`) &&
    client.node?.host === server.node?.host &&
    asked.label === worked.label &&
    (server.node?.started ?? Infinity) - start <= asked.to &&
    worked.from >= asked.from - TOLERANCE;
}

/**
 * Pairs each with its only candidate, which is then none of any other's, until nothing more follows. Where two have the
 * same only candidate, or one has none left, times are not to be trusted, and none of them is paired.
 */
function eliminate<T, C>(all: readonly T[], candidatesOf: (one: T) => C[]): Map<T, C> {
  const open = new Map(all.map((one) => [one, candidatesOf(one)]));
  const owners = new Map<C, T>();
  for (;;) {
    const claims = new Map<C, T[]>();
    for (const [one, candidates] of open) {
      const [only, ...others] = candidates.filter((each) => !owners.has(each));
      if (only !== undefined && others.length === 0) claims.set(only, [...(claims.get(only) ?? []), one]);
    }
    if (claims.size === 0) break;
    for (const [candidate, claimants] of claims) {
      for (const each of claimants) open.delete(each);
      const [owner, ...rivals] = claimants;
      if (owner !== undefined && rivals.length === 0) owners.set(candidate, owner);
    }
  }
  const doubtful = [...open.values()].filter((candidates) => candidates.every((each) => owners.has(each)));
  for (const each of doubtful.flat()) owners.delete(each);
  return new Map([...owners].map(([candidate, owner]) => [owner, candidate]));
}

/** Whether a server has clients that do not tell. */
function hasStrangers(actors: readonly Actor[]): boolean {
  const clients = actors.filter(({ role }) => role === "hello-client").length;
  return actors.some((actor) => actor.role === "hello-server" && countsOf(actor, "REP").peers > clients);
}
