/** The same on two patterns, one beside the other. */
import { bothFacts, type BothFacts } from "../src/views/both.js";
import { ChartCard, Why } from "./chart-card.jsx";
import { Figure } from "./figures.jsx";
import { horizonOf, Lanes, SpanTable, TraceButton } from "./gantt.jsx";
import { aboutBoth } from "./sentences.js";
import * as store from "./store.js";
import { seconds } from "./units.js";

export function SideBySide() {
  const w = store.words.value;
  void store.version.value;
  const facts = bothFacts(store.state, store.now.value);
  if (facts === undefined) return null;
  return (
    <>
      <section class="card" aria-label={w.compared}>
        <header>
          <h2>{w.compared}</h2>
        </header>
        <Why sentence={aboutBoth(facts)} />
      </section>
      <div class="columns">
        <Side pattern="pipeline" facts={facts} />
        <Side pattern="jobs" facts={facts} />
      </div>
    </>
  );
}

function Side({ pattern, facts }: { pattern: "pipeline" | "jobs"; facts: BothFacts }) {
  const { figures: w, patterns } = store.words.value;
  const { chart, results, tasks, lost, isComplete, gaveUp } = facts[pattern];
  // One axis for both: what happened at the same moment is at the same place
  const ahead = (chart.start ?? 0) - (facts.start ?? 0);
  const horizon = horizonOf(facts);
  return (
    <ChartCard
      id={pattern}
      title={patterns[pattern][0] ?? pattern}
      figures={
        <>
          <Figure name={w.results} value={String(results)} unit={tasks === undefined ? "" : w.of(tasks)} />
          <Figure
            name={w.lost}
            value={isComplete || gaveUp || lost > 0 ? String(lost) : "–"}
            tone={lost > 0 ? "bad" : ""}
          />
          <Figure name={isComplete ? w.elapsed : w.notDone} value={seconds(chart.end)} unit="s" />
        </>
      }
      buttons={<TraceButton pattern={pattern} chart={chart} />}
      chart={<Lanes pattern={pattern} chart={chart} span={[-ahead, horizon - ahead]} />}
      table={<SpanTable chart={chart} />}
    />
  );
}
