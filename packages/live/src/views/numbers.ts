/** Which numbers arrived, and which did not. */
import type { LiveState } from "../state.js";
import { type Actor, actorsOf, isOver } from "./actors.js";

export type Range = readonly [first: number, last: number];

interface NumbersRow {
  actor: Actor;
  received: Range[];
  missed: Range[];
  /** How many were missed. */
  missing: number;
  /** The latest that arrived; 0 if none has. */
  latest: number;
}

export interface NumbersFacts {
  /** How many were published so far. */
  published: number;
  /** How many there will be; not known before the publisher tells. */
  numbers: number | undefined;
  publisher: Actor | undefined;
  rows: NumbersRow[];
  /** For how many subscribers the publisher waits, or has waited. */
  awaited: number;
  isOver: boolean;
}

/** @returns Nothing when no numbers are published. */
export function numbersFacts(state: LiveState, now: number): NumbersFacts | undefined {
  const actors = actorsOf(state, "weather", now);
  const publisher = actors.findLast(({ role }) => role === "number-publisher");
  const subscribers = actors.filter(({ role }) => role === "number-subscriber");
  if (publisher === undefined && subscribers.length === 0) return undefined;
  const shown = (label: string) => publisher?.node?.tick?.show?.find(([each]) => each === label) ?? [];
  const [, published = 0, numbers] = shown("published");
  const [, awaited = 0] = shown("awaited");
  return {
    published,
    numbers,
    publisher,
    rows: subscribers.map(rowOf),
    awaited,
    isOver: publisher !== undefined && isOver(publisher) && subscribers.every(isOver),
  };
}

function rowOf(actor: Actor): NumbersRow {
  const show = actor.node?.tick?.show ?? [];
  const latest = show.find(([label]) => label === "received")?.[2] ?? 0;
  const missed = show.flatMap(([label, first, last]): Range[] => (label === "missed" ? [[first, last]] : []));
  const received: Range[] = [];
  let next = 1;
  for (const [first, last] of missed) {
    if (first > next) received.push([next, first - 1]);
    next = last + 1;
  }
  if (latest >= next) received.push([next, latest]);
  const missing = missed.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  return { actor, received, missed, missing, latest };
}
