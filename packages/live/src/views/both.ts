/** The same on two patterns. */
import type { LiveState } from "../state.js";
import { type PipelineFacts, pipelineFacts } from "./chart.js";

export interface BothFacts {
  pipeline: PipelineFacts;
  jobs: PipelineFacts;
  /** Which experiment it is. */
  experiment: string;
  /** When the first of the two began, in milliseconds since 1970; none if neither has. */
  start: number | undefined;
  /** When the last of the two ended, or now, in milliseconds since the start. */
  end: number;
  isOver: boolean;
}

/** @returns Nothing when the two have not been run side by side, or one has been run again since. */
export function bothFacts(state: LiveState, now: number): BothFacts | undefined {
  const run = state.runOf("both");
  if (run === undefined) return undefined;
  const pipeline = pipelineFacts(state, "pipeline", now);
  const jobs = pipelineFacts(state, "jobs", now);
  const charts = [pipeline.chart, jobs.chart];
  const starts = charts.flatMap(({ start }) => (start === undefined ? [] : [start]));
  const start = starts.length === 0 ? undefined : Math.min(...starts);
  const ends = charts.map((chart) => chart.end + (chart.start ?? 0) - (start ?? 0));
  return {
    pipeline,
    jobs,
    experiment: run.experiment,
    start,
    end: start === undefined ? 0 : Math.max(...ends),
    isOver: charts.every(({ isOver }) => isOver),
  };
}
