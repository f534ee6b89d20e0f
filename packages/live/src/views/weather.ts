/** Averages that settle. */
import type { LiveState } from "../state.js";
import { type Actor, actorsOf, interruptions, isOver, spansOf } from "./actors.js";

/** The most points of a line. */
const MAX_POINTS = 600;

export interface Average {
  actor: Actor;
  /** The subscription, as it is: `10001 `. */
  filter: string;
  count: number;
  /** The average so far; what wuclient prints is this, truncated. */
  value: number;
  /** The average after so many updates. */
  line: [count: number, value: number][];
  /** Single updates; none where there were too many to be told. */
  updates: [count: number, temperature: number][];
}

export interface WeatherFacts {
  actors: Actor[];
  averages: Average[];
  isOver: boolean;
  /** Updates a second that the servers make, and that somebody wants. */
  made: number | undefined;
  sent: number | undefined;
  servers: number;
  /** For how long a subscriber was frozen, in milliseconds. */
  frozen: number;
  /** How many updates each subscriber has received, where several want the same. */
  received: { actor: Actor; count: number }[];
}

export function weatherFacts(state: LiveState, now: number): WeatherFacts {
  const actors = actorsOf(state, "weather", now);
  const clients = actors.filter(({ role }) => role === "wuclient");
  const servers = actors.filter(({ role }) => role === "wuserver");
  const rates = servers.filter((actor) => !isOver(actor)).map(ratesOf);
  return {
    actors,
    averages: clients.flatMap(averagesOf),
    isOver: clients.length > 0 && clients.every(isOver),
    made: rates.reduce<number | undefined>(
      (sum, { made }) => (made === undefined ? sum : (sum ?? 0) + made),
      undefined,
    ),
    sent: rates.reduce<number | undefined>(
      (sum, { sent }) => (sent === undefined ? sum : (sum ?? 0) + sent),
      undefined,
    ),
    servers: servers.length,
    frozen: clients
      .flatMap((actor) => interruptions(state, actor, now).frozen)
      .reduce((sum, [from, to]) => sum + to - from, 0),
    received: clients.map((actor) => ({ actor, count: actor.node?.tick?.sockets["SUB"]?.[0] ?? 0 })),
  };
}

function averagesOf(actor: Actor): Average[] {
  const { node } = actor;
  return (node?.tick?.show ?? []).map(([filter, count, value]) => {
    const isWhole = node?.missed === 0;
    const updates = isWhole ? updatesOf(actor, filter).slice(0, count) : [];
    const line = isWhole && updates.length > 0 ? runningAverage(updates) : (node?.shown[filter] ?? []);
    return { actor, filter, count, value, line: thin(line), updates: thin(updates) };
  });
}

/** The updates that a subscription matches, from the labels of the spans: `10001 28 40`. */
function updatesOf(actor: Actor, filter: string): [number, number][] {
  const matching = spansOf(actor, "SUB").filter(([, , label]) => label.startsWith(filter));
  return matching.map(([, , label], index) => [index + 1, Number(label.split(" ")[1])]);
}

function runningAverage(updates: readonly [number, number][]): [number, number][] {
  let total = 0;
  return updates.map(([count, temperature]) => [count, (total += temperature) / count]);
}

/** Leaves out most of a long line where its points lie close together: behind its first. */
function thin<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / MAX_POINTS);
  return points.filter((_, index) => index < 100 || index % step === 0 || index === points.length - 1);
}

function ratesOf({ node }: Actor): { made: number | undefined; sent: number | undefined } {
  const { tick, earlierTick } = node ?? {};
  if (tick === undefined || earlierTick === undefined) return { made: undefined, sent: undefined };
  const seconds = (tick.t - earlierTick.t) / 1000;
  const made = (from: typeof tick) => from.show?.find(([label]) => label === "made")?.[1] ?? 0;
  const sent = (from: typeof tick) => from.sockets["XPUB"]?.[1] ?? 0;
  return {
    made: (made(tick) - made(earlierTick)) / seconds,
    sent: (sent(tick) - sent(earlierTick)) / seconds,
  };
}
