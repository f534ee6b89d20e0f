import { signal } from "@preact/signals";
import { MAX_COUNT, type Pattern } from "../src/messages.js";
import * as store from "./store.js";

/** With how many workers or clients an experiment runs, if not 1. */
const COUNTS: Readonly<Record<Pattern, Readonly<Record<string, number>>>> = {
  hello: { kill: 2, late: 2, freeze: 2, ten: 10, three: 6 },
  weather: {},
  pipeline: { guide: 4, nowait: 4, kill: 5, freeze: 4, slow: 4, twice: 8 },
  jobs: { guide: 4, kill: 5, freeze: 4, slow: 4, ventilator: 4, poison: 4 },
};

const chosen = {
  count: signal<Partial<Record<Pattern, number>>>({}),
  wait: signal(true),
};

const countOf = (pattern: Pattern) => chosen.count.value[pattern] ?? COUNTS[pattern]["guide"] ?? 1;

function setCount(pattern: Pattern, count: number): void {
  chosen.count.value = { ...chosen.count.value, [pattern]: Math.max(1, Math.min(MAX_COUNT, count)) };
}

async function run(pattern: Pattern, experiment: string): Promise<void> {
  setCount(pattern, COUNTS[pattern][experiment] ?? 1);
  chosen.wait.value = experiment !== "nowait";
  await start(pattern, experiment);
}

function start(pattern: Pattern, experiment: string): Promise<void> {
  return store.command({
    verb: "run",
    pattern,
    experiment,
    count: countOf(pattern),
    wait: chosen.wait.value,
  });
}

const present = (pattern: Pattern) => {
  void store.version.value;
  return store.state.runs.get(pattern)?.experiment;
};

function Controls({ pattern }: { pattern: Pattern }) {
  const w = store.words.value;
  const count = countOf(pattern);
  const isPipeline = pattern === "pipeline" || pattern === "jobs";
  const text = isPipeline ? w.workers(count) : w.clients(count);
  return (
    <div class="controls">
      {pattern !== "weather" && (
        <div class="stepper" role="group" aria-label={text}>
          <button aria-label={w.fewer} disabled={count === 1} onClick={() => setCount(pattern, count - 1)}>
            −
          </button>
          <output>{text}</output>
          <button
            aria-label={w.more}
            disabled={count === MAX_COUNT}
            onClick={() => setCount(pattern, count + 1)}
          >
            +
          </button>
        </div>
      )}
      {pattern === "pipeline" && (
        <label class="check">
          <input
            type="checkbox"
            checked={chosen.wait.value}
            onChange={(event) => (chosen.wait.value = event.currentTarget.checked)}
          />
          {w.wait}
        </label>
      )}
      <button class="button" onClick={() => void store.command({ verb: "stop", pattern })}>
        {w.stop}
      </button>
      <button class="button primary" onClick={() => void start(pattern, present(pattern) ?? "guide")}>
        <svg width="11" height="12" aria-hidden="true">
          <path d="M1 .8v10.4L10.2 6z" fill="currentColor" />
        </svg>
        {w.run}
      </button>
    </div>
  );
}

function Choice({ pattern }: { pattern: Pattern }) {
  const w = store.words.value;
  const all = Object.entries(w.experiments[pattern]) as [string, [string, string]][];
  return (
    <div class="experiments" role="group" aria-label={w.experimentsLabel} tabIndex={0}>
      {all.map(([id, [title, hint]]) => (
        <button
          key={id}
          data-experiment={id}
          aria-pressed={present(pattern) === id}
          onClick={() => void run(pattern, id)}
        >
          <b>{title}</b>
          <span>{hint}</span>
        </button>
      ))}
    </div>
  );
}

/** What can be run, and how. */
export const Experiments = { Controls, Choice, run };
