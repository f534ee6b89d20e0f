import { useState } from "preact/hooks";
import type { ChildMessage, Pattern } from "../src/messages.js";
import type { Actor } from "../src/views/actors.js";
import { nameOf, seconds } from "./names.js";
import * as store from "./store.js";

/** How many lines are shown at first. */
const FEW = 8;

interface Line {
  t: number;
  tone: string;
  text: string;
}

export function Happened({ pattern, actors }: { pattern: Pattern; actors: Actor[] }) {
  const w = store.words.value;
  const [isAll, setAll] = useState(false);
  const lines = [...eventLines(pattern, actors), ...logLines(actors, isAll)].toSorted(
    (one, other) => other.t - one.t,
  );
  const since = store.state.runs.get(pattern)?.t ?? Math.min(...lines.map(({ t }) => t));
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

function eventLines(pattern: Pattern, actors: Actor[]): Line[] {
  const { events: say } = store.words.value;
  const before = new Map<string, ChildMessage["state"]>();
  return store.state.events
    .filter((event) => event.pattern === pattern)
    .flatMap(({ child, state, t, exit = "" }) => {
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
      return [{ t, tone: state, text }];
    });
}

/** What the roles log; of the usual only when all is asked for. */
function logLines(actors: Actor[], isAll: boolean): Line[] {
  return store.state.log.flatMap(({ t, id, level, text }) => {
    const actor = actors.find(({ node }) => node?.id === id);
    if (actor === undefined || (!isAll && level === "info")) return [];
    return [{ t, tone: level, text: `${nameOf(actor)}: ${text}` }];
  });
}
