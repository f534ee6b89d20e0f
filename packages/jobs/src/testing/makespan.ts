/** A batch on a clock of its own, where nothing goes wrong and nothing but the jobs and the network takes time. */
import { Batch } from "../batch.js";
import { openSinkJournal } from "../sink-journal.js";
import { Sink } from "../sink.js";
import { Ventilator } from "../ventilator.js";
import { Worker } from "../worker.js";
import { received } from "./simulation.js";

export interface MakespanOptions {
  /** What each job takes, in milliseconds. */
  workloads: readonly number[];
  workers: number;
  /** What a message takes, in milliseconds. */
  latency: number;
}

/** How long a batch takes from the first job given out to the last one done, in milliseconds. */
export function makespan({ workloads, workers, latency }: MakespanOptions): number {
  const clock = new Clock();
  const payloads = Buffer.from(workloads.map((workload) => `${workload}\n`).join(""));
  const batch = new Batch("0123456789abcdef", payloads);
  const journal = { batch, incarnation: "00000001", failures: [], fail() {} };
  let begin = 0;
  let end = 0;
  const ventilator = new Ventilator({ journal, attempts: 1, workers, onStart: () => (begin = clock.now) });
  const sink = new Sink({ journal: openSinkJournal({ sync: false }) });
  const crew = Array.from({ length: workers }, () => new Worker({ ttl: 3_600_000 }));
  const busy = new Set<Worker>();

  const endVentilatorsTurn = () => {
    ventilator.endTurn(clock.now);
    for (const { to, frames } of ventilator.toWorkers.splice(0)) {
      clock.after(latency, () => tell(crew[Number(to)], received(frames)));
    }
    for (const frames of ventilator.toSink.splice(0)) {
      clock.after(latency, () => tellSink(received(frames)));
    }
  };
  const tellSink = (frames: Buffer[]) => {
    sink.receive([Buffer.from("vent"), ...frames]);
    sink.endTurn(clock.now);
    for (const reply of sink.toVentilators.splice(0)) {
      clock.after(latency, () => {
        ventilator.fromSink(received(reply.frames));
        endVentilatorsTurn();
      });
    }
  };
  const report = (worker: Worker) => {
    worker.endTurn();
    for (const frames of worker.toVentilator.splice(0)) {
      clock.after(latency, () => {
        ventilator.fromWorker([Buffer.from(String(crew.indexOf(worker))), ...received(frames)], clock.now);
        endVentilatorsTurn();
      });
    }
  };
  const tell = (worker: Worker | undefined, frames: Buffer[]) => {
    if (worker === undefined) return;
    worker.receive(frames);
    report(worker);
    if (!busy.has(worker)) work(worker);
  };
  const work = (worker: Worker) => {
    const payload = worker.next();
    if (payload === undefined) {
      busy.delete(worker);
      return;
    }
    busy.add(worker);
    clock.after(Number(payload), () => {
      end = clock.now;
      worker.done("", Number(payload));
      report(worker);
      work(worker);
    });
  };

  ventilator.sinkConnected();
  endVentilatorsTurn();
  for (const worker of crew) {
    worker.ready();
    report(worker);
  }
  while (!ventilator.stopped && clock.advance());
  return end - begin;
}

/** How long it takes if each job goes, in the order of the batch, to the worker that is idle first. */
export function greedyBound(workloads: readonly number[], workers: number): number {
  const idleAt = Array.from({ length: workers }, () => 0);
  for (const workload of workloads) {
    const first = idleAt.indexOf(Math.min(...idleAt));
    idleAt[first] = (idleAt[first] ?? 0) + workload;
  }
  return Math.max(...idleAt);
}

/** Does what is due, in the order of time. */
class Clock {
  now = 0;
  #due: { readonly at: number; readonly act: () => void }[] = [];

  after(milliseconds: number, act: () => void): void {
    this.#due.push({ at: this.now + milliseconds, act });
  }

  /** Does the next thing. Returns whether there was one. */
  advance(): boolean {
    const next = this.#due.toSorted((one, other) => one.at - other.at)[0];
    if (next === undefined) return false;
    this.#due = this.#due.filter((each) => each !== next);
    this.now = next.at;
    next.act();
    return true;
  }
}
