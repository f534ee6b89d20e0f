import { expect, test } from "@jest/globals";
import type { Sample } from "zmq-common";
import { Batch } from "./batch.js";
import { measureSink, measureVentilator, measureWorker } from "./metrics.js";
import { openSinkJournal } from "./sink-journal.js";
import { Sink } from "./sink.js";
import { Ventilator } from "./ventilator.js";
import { Worker } from "./worker.js";

const buffers = (...frames: string[]) => frames.map((frame) => Buffer.from(frame));

/** Samples by the values of their labels, or the names of their metrics. */
function values(samples: Iterable<Sample>): Record<string, number> {
  const all = [...samples].map(({ metric: { name }, labels = {}, value }) => [
    Object.values(labels)[0] ?? name,
    value,
  ]);
  return Object.fromEntries(all) as Record<string, number>;
}

test("a ventilator: where its jobs are, its workers, and what has failed", () => {
  const ventilator = new Ventilator({
    journal: {
      batch: new Batch("0123456789abcdef", Buffer.from("a\nb\nc\nd\n")),
      incarnation: "00000001",
      failures: [],
      fail() {},
    },
    attempts: 3,
    workers: 1,
  });
  const state = (queued: number, held: number, done: number, counted: number) => ({
    queued,
    held,
    done,
    counted,
  });
  const rest = (workers: number, failures: number) => ({
    zeromq_jobvent_workers: workers,
    zeromq_jobvent_failures_total: failures,
  });
  expect(values(measureVentilator(ventilator))).toEqual({ ...state(4, 0, 0, 0), ...rest(0, 0) });

  ventilator.sinkConnected();
  ventilator.fromSink(buffers("HAVE"));
  ventilator.fromWorker(buffers("w", "READY", "", "3 1000"), 0);
  const token = String(ventilator.toWorkers.pop()?.frames[1]);
  ventilator.fromWorker(buffers("w", "READY", token, "3 1000"), 0);
  ventilator.endTurn(0);
  expect(values(measureVentilator(ventilator))).toEqual({ ...state(1, 3, 0, 0), ...rest(1, 0) });

  ventilator.fromWorker(buffers("w", "DONE", token, "3 1000", "0\n"), 0);
  ventilator.fromWorker(buffers("w", "FAIL", token, "3 1000", "1 exit status 1\n"), 0);
  expect(values(measureVentilator(ventilator))).toEqual({ ...state(2, 1, 1, 0), ...rest(1, 1) });
});

test("a worker: what it holds, with the job that runs, and what has come to its end", () => {
  const worker = new Worker({ ttl: 1000 });
  const samples = () => values(measureWorker(worker));
  expect(samples()).toEqual({ zeromq_jobwork_jobs_held: 0, done: 0, failed: 0 });
  worker.receive(buffers("HELLO", "0123456789abcdef.00000001.1"));
  worker.receive(buffers("TASK", "7", "a\nb\nc\n"));
  worker.receive(buffers("TASK", "20", "d\n"));
  expect(samples()["zeromq_jobwork_jobs_held"]).toBe(4);
  worker.next();
  expect(samples()["zeromq_jobwork_jobs_held"]).toBe(4);
  worker.done("", 1);
  worker.next();
  worker.failed("exit status 1");
  expect(samples()).toEqual({ zeromq_jobwork_jobs_held: 2, done: 1, failed: 1 });
  // The job that runs is its own until it has come to its end
  worker.next();
  worker.leave();
  expect(samples()["zeromq_jobwork_jobs_held"]).toBe(1);
});

test("a sink: what it has of the batch", () => {
  const sink = new Sink({ journal: openSinkJournal({ sync: false }) });
  const samples = () => values(measureSink(sink));
  expect(samples()).toEqual({ result: 0, dead: 0, missing: 0 });
  sink.receive(buffers("v", "BATCH", "0123456789abcdef 4"));
  sink.receive(buffers("v", "DONE", "1 1", "2 two\n"));
  sink.receive(buffers("v", "DEAD", "2 1", "0 3 exit status 1\n"));
  expect(samples()).toEqual({ result: 1, dead: 1, missing: 2 });
});
