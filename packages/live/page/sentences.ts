/** The one sentence that says what is to be seen, and why. */
import type { BothFacts } from "../src/views/both.js";
import type { HelloFacts, PipelineFacts, Row } from "../src/views/chart.js";
import type { NumbersFacts } from "../src/views/numbers.js";
import type { WeatherFacts } from "../src/views/weather.js";
import { compact, nameOf, rangesText } from "./names.js";
import { words } from "./store.js";
import type { Sentence } from "./en.js";

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const called = (row: Row) => capital(nameOf(row.actor));
const all = (rows: readonly Row[]) => rows.map(called).join(", ");

export function aboutPipeline(facts: PipelineFacts): Sentence {
  const { say } = words.value;
  const { killed, frozen, slow, dominant, workers, chart, cost } = facts;
  if (facts.lost > 0 && killed.length > 0)
    return say.lost(facts.lost, killed.map(({ actor }) => nameOf(actor)).join(", "), facts.gaveUp);
  if (killed.length > 0) return say.killedOne(all(killed));
  if (frozen[0] !== undefined) return say.frozen(called(frozen[0].row), frozen[0].milliseconds);
  if (dominant !== undefined) {
    const done = chart.rows.reduce((sum, row) => sum + row.done, 0);
    return say.dominated(called(dominant), dominant.done, done);
  }
  if (slow !== undefined) return say.slow(called(slow.row), slow.factor);
  if (facts.isComplete) return workers === 1 ? say.one(chart.end) : say.complete(workers, chart.end, cost);
  return chart.start === undefined ? beforeBatch(facts) : say.running(workers);
}

export function aboutJobs(facts: PipelineFacts): Sentence {
  const { say } = words.value;
  const { killed, frozen, slow, workers, chart, cost } = facts;
  if (facts.dead > 0) return say.jobsDead(facts.dead);
  if (facts.ventilatorKilled) return say.ventilatorKilled;
  if (killed.length > 0) return say.jobsKilled(all(killed));
  if (frozen[0] !== undefined) return say.jobsFrozen(called(frozen[0].row));
  if (slow !== undefined) return say.jobsSlow(called(slow.row), slow.factor);
  if (facts.isComplete && workers > 1) return say.complete(workers, chart.end, cost);
  return chart.start === undefined ? beforeBatch(facts) : say.jobsRunning(workers);
}

function beforeBatch({ hasVentilator }: PipelineFacts): Sentence {
  const { say } = words.value;
  return hasVentilator ? say.waiting : say.noVentilator;
}

export function aboutBoth({ pipeline, jobs, experiment, start }: BothFacts): Sentence {
  const { say } = words.value;
  const { tasks, results, gaveUp } = pipeline;
  if (start === undefined) return say.bothWaiting;
  const isDone = (facts: PipelineFacts) => facts.isComplete && facts.results === facts.tasks;
  if (experiment === "kill" && pipeline.lost > 0 && isDone(jobs)) {
    return say.bothKilled(pipeline.lost, tasks ?? 0, gaveUp ? results : undefined, jobs.chart.end);
  }
  if (isDone(pipeline) && isDone(jobs)) return say.bothDone(pipeline.chart.end, jobs.chart.end, experiment);
  return say.bothRunning(pipeline.workers);
}

export function aboutHello(facts: HelloFacts): Sentence {
  const { say } = words.value;
  if (facts.startedTwice) return say.restarted(facts.failed);
  if (facts.wasKilled) return say.serverKilled;
  if (facts.frozen > 0) return say.helloFrozen(facts.failed);
  if (facts.answered === 0) return say.notAnswered;
  if (facts.waited > 1000) return say.late(facts.waited);
  if (facts.servers.length > 1) return say.spread(facts.servers.length);
  return facts.clients.length > 2 ? say.many(facts.clients.length) : say.asking(facts.median ?? 0);
}

export function aboutNumbers({ published, awaited, rows }: NumbersFacts): Sentence {
  const { say } = words.value;
  const missed = rows.filter(({ missing }) => missing > 0);
  if (published === 0) return awaited > 0 ? say.awaiting(awaited) : say.notPublished;
  if (missed.length > 0) {
    const [fact, why] = say.slowJoiner(
      missed.map(({ actor, missed: ranges }) => [nameOf(actor), rangesText(ranges)]),
    );
    return [capital(fact), why];
  }
  return rows.some(({ latest }) => latest > 0) && awaited > 0 ? say.nothingMissed : say.joining;
}

export function aboutWeather({ frozen, received, averages, servers, isOver }: WeatherFacts): Sentence {
  const { say } = words.value;
  const counts = received.map(({ count }) => count);
  const missed = Math.max(...counts) - Math.min(...counts);
  if (frozen > 0 && isOver) return say.subscriberThawed;
  if (frozen > 0) return missed > 1000 ? say.overflow(compact(missed)) : say.subscriberFrozen;
  if (averages.some(({ filter }) => filter === "")) return say.everything;
  return servers > 1 ? say.two : say.settles;
}
