import { signal } from "@preact/signals";
import { MAX_COUNT, type View } from "../src/messages.js";
import * as store from "./store.js";

/** With how many workers or clients an experiment runs, if not 1. */
const COUNTS: Readonly<Record<View, Readonly<Record<string, number>>>> = {
  hello: { kill: 2, late: 2, ten: 10, three: 3 },
  weather: {},
  pipeline: { guide: 4, nowait: 4, kill: 5, freeze: 4, slow: 4, twice: 8 },
  jobs: { guide: 4, kill: 5, freeze: 4, slow: 4, ventilator: 4, poison: 4 },
  both: { guide: 4, kill: 4, freeze: 4, slow: 4 },
};

const chosen = {
  count: signal<Partial<Record<View, number>>>({}),
  wait: signal(true),
};

const countOf = (view: View) => chosen.count.value[view] ?? COUNTS[view]["guide"] ?? 1;

function setCount(view: View, count: number): void {
  chosen.count.value = { ...chosen.count.value, [view]: Math.max(1, Math.min(MAX_COUNT, count)) };
}

async function run(view: View, experiment: string): Promise<void> {
  setCount(view, COUNTS[view][experiment] ?? 1);
  chosen.wait.value = experiment !== "nowait";
  await start(view, experiment);
}

function start(view: View, experiment: string): Promise<void> {
  return store.command({
    verb: "run",
    view,
    experiment,
    count: countOf(view),
    wait: chosen.wait.value,
  });
}

const present = (view: View) => {
  void store.newsVersion.value;
  return store.state.runOf(view)?.experiment;
};

function Controls({ view }: { view: View }) {
  const w = store.words.value;
  const count = countOf(view);
  const isPipeline = view === "pipeline" || view === "jobs" || view === "both";
  const text = isPipeline ? w.workers(count) : w.clients(count);
  return (
    <div class="controls">
      {view !== "weather" && (
        <div class="stepper" role="group" aria-label={text}>
          <button aria-label={w.fewer} disabled={count === 1} onClick={() => setCount(view, count - 1)}>
            −
          </button>
          <output>{text}</output>
          <button
            aria-label={w.more}
            disabled={count === MAX_COUNT}
            onClick={() => setCount(view, count + 1)}
          >
            +
          </button>
        </div>
      )}
      {view === "pipeline" && (
        <label class="check">
          <input
            type="checkbox"
            checked={chosen.wait.value}
            onChange={(event) => (chosen.wait.value = event.currentTarget.checked)}
          />
          {w.wait}
        </label>
      )}
      <button class="button" onClick={() => void store.command({ verb: "stop", view })}>
        {w.stop}
      </button>
      <button class="button primary" onClick={() => void start(view, present(view) ?? "guide")}>
        <svg width="11" height="12" aria-hidden="true">
          <path d="M1 .8v10.4L10.2 6z" fill="currentColor" />
        </svg>
        {w.run}
      </button>
    </div>
  );
}

function Choice({ view }: { view: View }) {
  const w = store.words.value;
  const all = Object.entries(w.experiments[view]) as [string, [string, string]][];
  return (
    <div
      class={`experiments ${all.length > 6 ? "many" : ""}`}
      role="group"
      aria-label={w.experimentsLabel}
      tabIndex={0}
    >
      {all.map(([id, [title, hint]]) => (
        <button
          key={id}
          data-experiment={id}
          aria-pressed={present(view) === id}
          onClick={() => void run(view, id)}
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
