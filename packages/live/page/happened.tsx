import { useState } from "preact/hooks";
import { type ChildMessage, type Pattern, patternsOf, ROLES, type View } from "../src/messages.js";
import type { Actor } from "../src/views/actors.js";
import { beginningOf } from "../src/views/chart.js";
import { nameOf } from "./names.js";
import * as store from "./store.js";
import { seconds } from "./units.js";

/** How many lines are shown at first. */
const FEW = 8;

interface Line {
  t: number;
  tone: string;
  text: string;
}

export function Happened({ view, actors }: { view: View; actors: Actor[] }) {
  const w = store.words.value;
  const [isAll, setAll] = useState(false);
  const lines = [...eventLines(view, actors), ...logLines(view, actors, isAll)].toSorted(
    (one, other) => other.t - one.t,
  );
  const since = zeroOf(view, actors) ?? Math.min(...lines.map(({ t }) => t));
  return (
    <section class="card" aria-label={w.happened}>
      <header>
        <h2>{w.happened}</h2>
        <span class="end">
          <button class="link" aria-pressed={isAll} onClick={() => setAll(!isAll)}>
            {isAll ? w.fewLines : w.allLines}
          </button>
        </span>
      </header>
      <ol class="log" tabIndex={0} aria-label={w.happened}>
        {lines.length === 0 && <li class="soft">{w.nothingHappened}</li>}
        {lines.slice(0, isAll ? undefined : FEW).map(({ t, tone, text }, index) => (
          <li key={`${t} ${index}`}>
            <time>{seconds(t - since)} s</time>
            <span class={tone}>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The zero of the chart, so that a line can be found in it; what came before has a minus. */
function zeroOf(view: View, actors: Actor[]): number | undefined {
  const run = store.state.runOf(view);
  if (run === undefined) return undefined;
  // There the chart counts updates
  return view === "weather" ? run.t : (beginningOf(actors) ?? run.t);
}

/** Side by side, both have a worker 1. */
const prefix = (view: View, pattern: Pattern | undefined) =>
  view === "both" && pattern !== undefined ? `${store.words.value.patterns[pattern][0]}: ` : "";

function eventLines(view: View, actors: Actor[]): Line[] {
  const { events: say } = store.words.value;
  const before = new Map<string, ChildMessage["state"]>();
  return store.state.events
    .filter(({ pattern }) => patternsOf(view).includes(pattern))
    .flatMap(({ child, pattern, state, t, exit = "" }) => {
      const actor = actors.find(({ key }) => key === child);
      const name = actor === undefined ? child : nameOf(actor);
      const wasFrozen = before.get(child) === "frozen";
      before.set(child, state);
      const text =
        state === "running"
          ? wasFrozen
            ? say.thawed(name)
            : say.running(name)
          : state === "failed"
            ? say.failed(name, exit)
            : say[state](name);
      return [{ t, tone: state, text: prefix(view, pattern) + text }];
    });
}

/** What the roles log; of the usual only when all is asked for. */
function logLines(view: View, actors: Actor[], isAll: boolean): Line[] {
  return store.state.log.flatMap(({ t, id, level, text }) => {
    const actor = actors.find(({ node }) => node?.id === id);
    if (actor === undefined || (!isAll && level === "info")) return [];
    const pattern = patternsOf(view).find((each) => ROLES[each].includes(actor.role));
    return [{ t, tone: level, text: `${prefix(view, pattern)}${nameOf(actor)}: ${text}` }];
  });
}
