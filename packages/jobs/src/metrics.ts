/** What the roles of the pipeline tell Prometheus (`--metrics`). */
import type { Metric, Sample } from "zmq-common";
import type { Sink } from "./sink.js";
import type { Ventilator } from "./ventilator.js";
import type { Worker } from "./worker.js";

const VENT_JOBS: Metric = {
  name: "zeromq_jobvent_jobs",
  type: "gauge",
  help: "Jobs of the batch: queued; held by workers; done, and kept until the sink has them; counted by the sink",
  labels: ["state"],
};

const VENT_WORKERS: Metric = {
  name: "zeromq_jobvent_workers",
  type: "gauge",
  help: "Workers that may be given jobs",
};

const VENT_FAILURES: Metric = {
  name: "zeromq_jobvent_failures_total",
  type: "counter",
  help: "Attempts at jobs that failed, or whose worker was lost",
};

const WORK_HELD: Metric = {
  name: "zeromq_jobwork_jobs_held",
  type: "gauge",
  help: "Jobs that the worker holds, with the one that runs",
};

const WORK_JOBS: Metric = {
  name: "zeromq_jobwork_jobs_total",
  type: "counter",
  help: "Jobs that the worker has done, and those that failed",
  labels: ["outcome"],
};

const SINK_JOBS: Metric = {
  name: "zeromq_jobsink_jobs",
  type: "gauge",
  help: "Jobs of the batch, those of the journal too: with a result; dead; missing",
  labels: ["state"],
};

export function* measureVentilator(ventilator: Ventilator): Generator<Sample> {
  const { workers, queued, held, done, counted } = ventilator.progress;
  for (const [state, value] of Object.entries({ queued, held, done, counted })) {
    yield { metric: VENT_JOBS, value, labels: { state } };
  }
  yield { metric: VENT_WORKERS, value: workers };
  yield { metric: VENT_FAILURES, value: ventilator.failures };
}

export function* measureWorker(worker: Worker): Generator<Sample> {
  yield { metric: WORK_HELD, value: worker.held };
  for (const [outcome, value] of Object.entries(worker.finished)) {
    yield { metric: WORK_JOBS, value, labels: { outcome } };
  }
}

export function* measureSink({ batch, results, dead: { size } }: Sink): Generator<Sample> {
  const missing = (batch?.jobs ?? 0) - results - size;
  for (const [state, value] of Object.entries({ result: results, dead: size, missing })) {
    yield { metric: SINK_JOBS, value, labels: { state } };
  }
}
