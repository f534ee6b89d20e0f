import { useState } from "preact/hooks";
import { patternsOf, ROLES, type View, VIEWS } from "../src/messages.js";
import { type Actor, actorsOf } from "../src/views/actors.js";
import { Experiments } from "./controls.jsx";
import { Gantt } from "./gantt.jsx";
import { Happened } from "./happened.jsx";
import { Numbers } from "./numbers.jsx";
import { SideBySide } from "./side-by-side.jsx";
import { Terminal } from "./terminal.jsx";
import { Topology } from "./topology.jsx";
import { Weather } from "./weather.jsx";
import * as store from "./store.js";

export function App() {
  const { patterns, say: _say, ...w } = store.words.value;
  const view = store.view.value;
  const [title, lede] = patterns[view] as [string, string];
  const actors = useActors(view);
  const isLost = store.connection.value === "lost";
  document.documentElement.lang = store.language.value;
  document.title = `${title} · ${w.title}`;
  return (
    <>
      <Bar />
      <main class="wrap" id="main" tabIndex={-1}>
        {isLost && <Lost />}
        <div class="head">
          <div>
            <h1>{title}</h1>
            <p class="lede">{lede}</p>
          </div>
          {store.canControl.value && <Experiments.Controls key={view} view={view} />}
        </div>
        {store.canControl.value && <Experiments.Choice view={view} />}
        {store.failure.value !== "" && (
          <p class="failure" role="alert">
            {w.refused(store.failure.value)}
          </p>
        )}
        <div class={isLost ? "stale" : ""}>
          {actors.length === 0 ? (
            <Empty view={view} />
          ) : (
            <>
              {view !== "both" && <Topology pattern={view} actors={actors} />}
              <Chart view={view} actors={actors} />
              <div class="columns">
                <Happened view={view} actors={actors} />
                <Terminal actors={actors} view={view} />
              </div>
            </>
          )}
        </div>
        <footer>
          {w.footer.map((each) => (
            <span key={each}>{each}</span>
          ))}
        </footer>
      </main>
    </>
  );
}

function Chart({ view, actors }: { view: View; actors: Actor[] }) {
  if (view === "both") return <SideBySide />;
  if (view !== "weather") return <Gantt pattern={view} />;
  return actors.some(({ role }) => role.startsWith("number-")) ? <Numbers /> : <Weather />;
}

/** Those of a view, at the time of the picture. */
function useActors(view: View): Actor[] {
  // Read, so that what uses it is drawn again
  void store.newsVersion.value;
  if (view === "both" && store.state.runOf(view) === undefined) return [];
  return patternsOf(view).flatMap((pattern) => actorsOf(store.state, pattern, store.now.peek()));
}

function Bar() {
  const w = store.words.value;
  const { state, view } = store;
  void store.newsVersion.value;
  const running = new Set(
    [...state.nodes.values()].filter(({ state: is }) => is !== "ended").map(({ role }) => role),
  );
  const isRunning = (each: View) =>
    (each !== "both" || state.runOf(each) !== undefined) &&
    patternsOf(each).some((pattern) => ROLES[pattern].some((role) => running.has(role)));
  return (
    <header class="bar">
      <a class="skip" href="#main">
        {w.skip}
      </a>
      <div class="wrap">
        <div class="brand">
          <img src="/icon.svg" width="22" height="22" alt="" />
          {w.title}
        </div>
        <nav aria-label={w.patternsLabel}>
          <ul>
            {VIEWS.filter((each) => each !== "both" || store.canControl.value).map((each) => (
              <li key={each}>
                <a href={`#${each}`} aria-current={each === view.value ? "page" : undefined}>
                  <span class={`dot ${isRunning(each) ? "running" : ""}`} />
                  {w.patterns[each][0]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="tools">
          <ConnectionState />
          <button
            class="button icon"
            aria-label={store.isPaused.value ? w.resume : w.pause}
            aria-pressed={store.isPaused.value}
            onClick={store.pause}
          >
            <svg width="12" height="12" aria-hidden="true">
              <path
                d={store.isPaused.value ? "M2 1v10l9-5z" : "M2 1h3v10H2zM7 1h3v10H7z"}
                fill="currentColor"
              />
            </svg>
          </button>
          <button
            class="button"
            lang={store.language.value === "zh" ? "en" : "zh"}
            onClick={() => void store.switchLanguage()}
          >
            {w.language}
          </button>
          <button class="button icon" aria-label={w.theme} onClick={store.switchTheme}>
            <svg width="15" height="15" viewBox="0 0 15 15" aria-hidden="true">
              <circle cx="7.5" cy="7.5" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
              <path d="M7.5 1.5a6 6 0 0 1 0 12z" fill="currentColor" />
            </svg>
          </button>
        </div>
      </div>
    </header>
  );
}

function ConnectionState() {
  const w = store.words.value;
  const is = store.connection.value;
  const text =
    is === "lost"
      ? w.lost(store.silentFor.value)
      : is === "connecting"
        ? w.connecting
        : store.isPaused.value
          ? w.paused
          : store.canControl.value
            ? w.live
            : w.watching;
  return (
    <span class="state" data-connection={is}>
      <span class={`dot ${is === "live" ? (store.isPaused.value ? "" : "running") : "late"}`} />
      <span role={is === "lost" ? undefined : "status"}>{text}</span>
    </span>
  );
}

function Lost() {
  const w = store.words.value;
  return (
    <div class="banner" role="alert">
      <span class="dot late" />
      <span>
        <b>{w.lostTitle}</b> <span aria-hidden="true">{w.lostText(store.silentFor.value)}</span>
      </span>
      <button class="button" onClick={store.connect}>
        {w.retry}
      </button>
    </div>
  );
}

function Empty({ view }: { view: View }) {
  const w = store.words.value;
  const [isAsked, setAsked] = useState(false);
  const isLive = store.connection.value === "live";
  const run = () => {
    setAsked(true);
    void Experiments.run(view, "guide").finally(() => setAsked(false));
  };
  return (
    <section class="card empty">
      <h2>{isLive ? w.emptyTitle : w.connecting}</h2>
      <p>
        {store.canControl.value ? w.emptyControl : w.emptyWatch}{" "}
        <code>TELEMETRY={store.hello.value?.telemetry.replace("0.0.0.0", "127.0.0.1")}</code> {w.emptyEnd}
      </p>
      {store.canControl.value && (
        <button class="button primary" disabled={isAsked} onClick={run}>
          {w.experiments[view].guide[0]}
        </button>
      )}
    </section>
  );
}
