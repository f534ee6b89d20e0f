/**
 * The ventilator's bookkeeping: which job is where, which worker may have more, what the sink is still to be told. It
 * has no socket and no clock: it takes messages and the time, and leaves the messages that are to be sent in
 * {@link Ventilator.toWorkers} and {@link Ventilator.toSink}. So all that may happen can be tried out in a test.
 *
 *              give out               DONE                  ACK, or HAVE names it
 *     QUEUED ------------> HELD ----------------> DONE -----------------------------> COUNTED
 *       ^                    |                     ^                                     |
 *       |   BYE, worker      |   FAIL, or worker   | tried often enough: dead            |
 *       +-- lost ------------+-- lost that held it-+                                     |
 *       |                        alone             |                                     |
 *       +------------------------------------------+                                     |
 *       +---- HAVE does not name it: the sink has lost it -------------------------------+
 */
import type { Batch } from "./batch.js";
import {
  batchOf,
  addJob,
  forEachJob,
  formatBatch,
  formatHello,
  formatLines,
  formatNumbered,
  formatTask,
  formatToken,
  FRAME,
  type Frames,
  groupLines,
  type Line,
  type Malformed,
  parseSinkMessage,
  parseWorkerMessage,
  type Range,
} from "./wire.js";

/** Where a job is. DONE: its result is kept here until the sink has it in its journal; then it is COUNTED. */
const [QUEUED, HELD, DONE, COUNTED] = [0, 1, 2, 3] as const;

type JobState = typeof QUEUED | typeof HELD | typeof DONE | typeof COUNTED;

/** Nobody is given jobs while results of more bytes than this wait for the sink's ACK. */
const KEPT_LIMIT = 4 * 1024 * 1024;

/** What a kept message costs besides its bytes, about. */
const MESSAGE_OVERHEAD = 256;

/** A failed attempt at a job, and why. */
export interface Failure {
  readonly id: number;
  readonly text: string;
}

/** Jobs that follow one another, both ends included. */
interface Jobs {
  readonly first: number;
  readonly last: number;
}

/** A message to a worker. */
export interface ToWorker {
  /** Its routing identity: of any length, so only the whole of it identifies the worker. */
  readonly to: Buffer;
  readonly frames: Frames;
  /** The jobs in it, if it is TASK. */
  readonly jobs?: Jobs;
}

/** A registration: it ends when the worker leaves, or is given up, or comes back on another connection. */
interface Registration {
  readonly identity: Buffer;
  /** Its own number; also the third part of its token. */
  readonly number: number;
  readonly token: string;
  /** Whether it has answered with its token, and may be given jobs: a ghost out of a buffer never does. */
  ready: boolean;
  /** It finishes what it holds and takes no more. */
  leaving: boolean;
  window: number;
  ttl: number;
  /** When it was last heard of. */
  heard: number;
  /** How many jobs it holds. */
  held: number;
  /** It holds one job that it is to be alone with. */
  alone: boolean;
  /** Its queue is full: it has stopped reading. It gets nothing until it is heard of again. */
  full: boolean;
}

/** A message that the sink has not acknowledged. */
interface Kept {
  readonly seq: number;
  readonly kind: "DONE" | "DEAD" | "END";
  readonly frame?: Buffer;
  readonly lines: readonly Line[];
}

/** What is known of a batch when its ventilator starts, and where it writes what the next one must know. */
export interface BatchJournal {
  readonly batch: Batch;
  /** 8 hex digits that no ventilator of this batch had before. */
  readonly incarnation: string;
  /** Those of earlier incarnations. */
  readonly failures: Iterable<Failure>;
  /** Called with each failure, before it counts. */
  fail(failure: Failure): void;
}

export interface VentilatorOptions {
  readonly journal: BatchJournal;
  /** After how many failures a job is dead, 1 to 255. */
  readonly attempts: number;
  /** How many workers to wait for before the first job is given out. */
  readonly workers: number;
  /** Whether to send BEAT to find lost workers, where libzmq does not report them. */
  readonly beats?: boolean;
  /** Called when the first job is given out. */
  readonly onStart?: () => void;
  /** Told of workers that are given up, and jobs that fail. */
  readonly log?: { warn(message: string): void };
  /** Told of messages that cannot be read. */
  readonly malformed?: Malformed;
}

/** The sink does not take the batch. */
export class RefusedBatchError extends Error {
  override name = "RefusedBatchError";
}

const NOBODY = Buffer.alloc(0);

/** How often BEAT is sent, in milliseconds. */
const BEAT_EVERY = 250;

/**
 * How long to wait for the sink to confirm END, in milliseconds. It has everything in its journal; it may have ended, or
 * been killed, after its last ACK.
 */
const END_PATIENCE = 10_000;

export class Ventilator {
  /** Messages to be sent to workers, in this order; the caller removes what it sends. */
  readonly toWorkers: ToWorker[] = [];
  /** Messages to be sent to the sink, in this order; the caller removes what it sends. */
  readonly toSink: Frames[] = [];

  readonly #options: VentilatorOptions;
  readonly #batch: Batch;
  readonly #states: Uint8Array;
  /** How many jobs are in each state. */
  readonly #counts: [number, number, number, number];
  /** The number of the registration that a job was given to last; 0 once that one has answered or is gone. */
  readonly #holders: Uint32Array;
  readonly #attempts: Uint8Array;
  readonly #reasons = new Map<number, string>();
  /** Its worker was lost while it held others too, so any of them may be the cause: to be tried alone. */
  readonly #suspects: Uint8Array;
  /** Jobs by how they are given out: many at once; alone; alone and last, because they have failed before. */
  readonly #queues = [new Queue(), new Queue(), new Queue()] as const;
  /** By identity, as latin1. */
  readonly #registrations = new Map<string, Registration>();
  #lastNumber = 0;
  #started = false;

  /** Results and deaths of this turn, to be sent to the sink. */
  #done: Line[] = [];
  #dead: Line[] = [];
  readonly #kept: Kept[] = [];
  #keptBytes = 0;
  #lastSeq = 0;
  #sinkIsReady = false;
  #ended = false;
  #sinkKnows = false;
  #stopped = false;
  #allCountedAt: number | undefined;
  #lastBeat = 0;
  #failures = 0;

  constructor(options: VentilatorOptions) {
    const { batch, failures } = options.journal;
    this.#options = options;
    this.#batch = batch;
    this.#states = new Uint8Array(batch.jobs);
    this.#counts = [batch.jobs, 0, 0, 0];
    this.#holders = new Uint32Array(batch.jobs);
    this.#attempts = new Uint8Array(batch.jobs);
    this.#suspects = new Uint8Array(batch.jobs);
    for (const { id, text } of failures) {
      this.#attempts[id] = (this.#attempts[id] ?? 0) + 1;
      this.#reasons.set(id, text);
    }
    for (let id = 0; id < batch.jobs; id++) this.#queue(id);
  }

  /** What it is at, in numbers. */
  get progress() {
    const [queued, held, done, counted] = this.#counts;
    return { queued, held, done, counted, workers: this.#ready().length, keptBytes: this.#keptBytes };
  }

  /** How many attempts have failed since it started. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether every job is in the sink's journal. */
  get allCounted(): boolean {
    return this.#counts[COUNTED] === this.#batch.jobs;
  }

  /** Whether that is all: the sink knows it, too, or has had the time to; and the workers are told to stop. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Takes a message from a worker, or that of `ZMQ_DISCONNECT_MSG`.
   *
   * @param frames Behind the routing identity, as a ROUTER receives them.
   */
  fromWorker([identity = NOBODY, ...frames]: readonly Buffer[], now: number): void {
    const message = parseWorkerMessage(frames);
    const registration = this.#registrations.get(identity.toString("latin1"));
    if (message === undefined) return this.#options.malformed?.record("message", frames);
    if (message.kind === "GONE") return this.#giveUp(registration, "was lost");

    // A result counts whichever registration it is from: only not one of another batch
    if (message.kind === "DONE" && batchOf(message.token) === this.#batch.id) {
      forEachJob(message.lines, (id, text) => this.#complete(id, text, registration));
    }
    if (registration === undefined) {
      if (message.kind === "READY") this.#register(identity, message, now);
      return;
    }
    registration.heard = now;
    registration.full = false;
    if (message.token !== registration.token) {
      if (message.kind === "READY") this.#hello(registration);
      return;
    }
    registration.ready = true;
    registration.window = message.window;
    registration.ttl = message.ttl;
    if (message.kind === "FAIL") {
      forEachJob(message.lines, (id, text) => {
        if (this.#release(id, registration)) this.#fail({ id, text });
      });
    } else if (message.kind === "BYE") {
      registration.leaving = true;
      const kept = new Set<number>();
      forEachJob(message.lines, (id) => kept.add(id));
      for (const id of this.#takeBack(registration, kept)) this.#queue(id);
      if (registration.held === 0) this.#registrations.delete(identity.toString("latin1"));
    }
  }

  /**
   * Takes a message from the sink, over the connection of the last {@link sinkConnected}.
   *
   * @throws {RefusedBatchError} When it has another batch.
   */
  fromSink(frames: readonly Buffer[]): void {
    const message = parseSinkMessage(frames);
    switch (message?.kind) {
      case "HAVE":
        return this.#reconcile(message.ranges);
      case "ACK":
        return this.#acknowledge(message.seq);
      case "REFUSE":
        throw new RefusedBatchError(message.reason);
      case undefined:
        this.#options.malformed?.record("message", frames);
    }
  }

  /** There is a fresh connection to the sink, or the first: it is told of the batch before anything else. */
  sinkConnected(): void {
    this.#sinkIsReady = false;
    this.toSink.length = 0;
    this.toSink.push(formatBatch(this.#batch.id, this.#batch.jobs));
  }

  /** A message that could not be sent, because its worker is gone or has stopped reading: that blames no job. */
  undelivered({ to, jobs }: ToWorker, workerIsGone: boolean): void {
    const registration = this.#registrations.get(to.toString("latin1"));
    if (registration === undefined) return;
    if (jobs !== undefined) {
      for (let id = jobs.first; id <= jobs.last; id++) if (this.#release(id, registration)) this.#queue(id);
    }
    registration.full = true;
    if (workerIsGone) this.#giveUp(registration, "was lost");
  }

  /** At the end of a turn of the event loop: gives up, passes on, gives out; and tells everybody when all is done. */
  endTurn(now: number): void {
    this.#sweep(now);
    this.#passOn("DONE", this.#done);
    this.#passOn("DEAD", this.#dead);
    this.#done = [];
    this.#dead = [];
    this.#giveOut();
    if (!this.allCounted) {
      this.#allCountedAt = undefined;
      return;
    }
    this.#allCountedAt ??= now;
    if (this.#sinkIsReady && !this.#ended) {
      this.#ended = true;
      this.#keep("END");
    }
    if (this.#sinkKnows || now - this.#allCountedAt > END_PATIENCE) {
      this.#stopped = true;
      this.#tellAll("STOP");
    }
  }

  // --- Workers

  /** Gives up workers that have been silent for longer than they said they would be. */
  #sweep(now: number): void {
    for (const registration of this.#registrations.values()) {
      if (now - registration.heard <= registration.ttl) continue;
      this.#giveUp(registration, `was silent for ${registration.ttl} ms`);
    }
    if (this.#options.beats !== true || now - this.#lastBeat < BEAT_EVERY) return;
    this.#lastBeat = now;
    this.#tellAll("BEAT");
  }

  #tellAll(kind: "STOP" | "BEAT"): void {
    for (const { identity } of this.#registrations.values()) this.#tell(identity, [kind]);
  }

  #register(identity: Buffer, { window, ttl }: { window: number; ttl: number }, now: number): void {
    const number = (this.#lastNumber += 1);
    const token = formatToken(this.#batch.id, this.#options.journal.incarnation, number);
    const state = { ready: false, leaving: false, held: 0, alone: false, full: false };
    const registration = { identity, number, token, window, ttl, heard: now, ...state };
    this.#registrations.set(identity.toString("latin1"), registration);
    this.#hello(registration);
  }

  #hello(registration: Registration): void {
    this.#tell(registration.identity, formatHello(registration.token));
  }

  #tell(to: Buffer, frames: Frames): void {
    this.toWorkers.push({ to, frames });
  }

  #giveUp(registration: Registration | undefined, what: string): void {
    if (registration === undefined) return;
    this.#registrations.delete(registration.identity.toString("latin1"));
    // Also one that another worker has done meanwhile may have been its end
    const certain = registration.held === 1;
    const ids = this.#takeBack(registration);
    if (registration.ready) this.#options.log?.warn(`a worker ${what}; jobs held: ${ids.length}`);
    for (const id of ids) {
      if (certain) this.#fail({ id, text: `its worker ${what}` });
      else {
        this.#suspects[id] = 1;
        this.#queue(id);
      }
    }
  }

  /** Takes jobs away from a worker. Returns those that nobody has done meanwhile. */
  #takeBack(registration: Registration, except: ReadonlySet<number> = new Set()): number[] {
    if (registration.held === 0) return [];
    const ids: number[] = [];
    for (let id = 0; id < this.#holders.length; id++) {
      if (this.#holders[id] !== registration.number || except.has(id)) continue;
      if (this.#release(id, registration)) ids.push(id);
    }
    return ids;
  }

  /** Ends a worker's hold on a job. Returns whether it had it, and nobody has done it meanwhile. */
  #release(id: number, registration: Registration): boolean {
    if (this.#holders[id] !== registration.number) return false;
    this.#holders[id] = 0;
    registration.held -= 1;
    registration.alone = false;
    return this.#states[id] === HELD;
  }

  // --- Jobs

  #move(id: number, state: JobState): void {
    this.#counts[this.#states[id] as JobState] -= 1;
    this.#counts[state] += 1;
    this.#states[id] = state;
  }

  /** Queues a job, unless it has been tried often enough. */
  #queue(id: number): void {
    const attempts = this.#attempts[id] ?? 0;
    if (attempts >= this.#options.attempts) {
      this.#move(id, DONE);
      addJob(this.#dead, id, `${attempts} ${this.#reasons.get(id)}`);
    } else {
      this.#move(id, QUEUED);
      this.#queueOf(id).push(id);
    }
  }

  #queueOf(id: number): Queue {
    const [together, alone, last] = this.#queues;
    if (this.#attempts[id] !== 0) return last;
    return this.#suspects[id] === 0 ? together : alone;
  }

  /** The next job of a queue. A job may have left QUEUED, or its queue, without leaving a trace there. */
  #next(queue: Queue): number | undefined {
    for (;;) {
      const id = queue.first;
      if (id === undefined || (this.#states[id] === QUEUED && this.#queueOf(id) === queue)) return id;
      queue.shift();
    }
  }

  #complete(id: number, result: string, registration: Registration | undefined): void {
    if (registration !== undefined) this.#release(id, registration);
    if ((this.#states[id] ?? DONE) >= DONE) return;
    this.#move(id, DONE);
    addJob(this.#done, id, result);
  }

  #fail({ id, text }: Failure): void {
    const failure = { id, text: text.slice(0, 1000) };
    this.#options.journal.fail(failure);
    this.#failures += 1;
    this.#attempts[id] = (this.#attempts[id] ?? 0) + 1;
    this.#reasons.set(id, failure.text);
    this.#options.log?.warn(`job ${id} failed, attempt ${this.#attempts[id]}: ${failure.text}`);
    this.#queue(id);
  }

  #ready(): Registration[] {
    return [...this.#registrations.values()].filter(({ ready, leaving }) => ready && !leaving);
  }

  #giveOut(): void {
    const workers = this.#ready();
    if (!this.#started && this.#sinkIsReady && workers.length >= this.#options.workers) {
      this.#started = true;
      this.#options.onStart?.();
    }
    if (!this.#started || this.#keptBytes >= KEPT_LIMIT || this.#counts[QUEUED] === 0) return;
    // Idle ones first
    for (const worker of workers.toSorted((one, other) => one.held - other.held)) {
      if (worker.alone || worker.full) continue;
      const most = Math.min(worker.window, this.#fairShare(workers.length));
      // Refilled at half, so that there are many jobs in a message
      if (worker.held > most / 2) continue;
      while (worker.held < most) {
        const jobs = this.#take(worker, most - worker.held);
        if (jobs === undefined) break;
        const frames = formatTask(jobs.first, this.#batch.lines(jobs.first, jobs.last));
        this.toWorkers.push({ to: worker.identity, frames, jobs });
      }
    }
  }

  /** How many jobs a worker may hold at most: the last jobs of a batch go to idle workers only. */
  #fairShare(workers: number): number {
    return Math.max(1, Math.floor(this.#counts[QUEUED] / workers));
  }

  /** Gives a worker jobs that follow one another, so many at most. Returns nothing if there are none for it. */
  #take(worker: Registration, count: number): Jobs | undefined {
    const queue = this.#queues.find((each) => this.#next(each) !== undefined);
    const first = queue && this.#next(queue);
    if (queue === undefined || first === undefined) return undefined;
    const isAlone = queue !== this.#queues[0];
    if (isAlone && worker.held > 0) return undefined;
    worker.alone = isAlone;
    const end = first + (isAlone ? 1 : count);
    let id = first;
    do {
      queue.shift();
      this.#move(id, HELD);
      this.#holders[id] = worker.number;
      id += 1;
    } while (id < end && this.#next(queue) === id && this.#batch.size(first, id) <= FRAME);
    worker.held += id - first;
    return { first, last: id - 1 };
  }

  // --- The sink

  #passOn(kind: "DONE" | "DEAD", lines: readonly Line[]): void {
    for (const group of groupLines(lines)) this.#keep(kind, group, formatLines(group));
  }

  #keep(kind: Kept["kind"], lines: readonly Line[] = [], frame?: Buffer): void {
    const kept = { seq: (this.#lastSeq += 1), kind, lines, ...(frame === undefined ? {} : { frame }) };
    this.#kept.push(kept);
    this.#keptBytes += bytesOf(kept);
    if (this.#sinkIsReady) this.#send(kept);
  }

  #send(kept: Kept): void {
    const numbered = { seq: kept.seq, workers: this.#ready().length };
    this.toSink.push(formatNumbered(kept.kind, numbered, kept.frame));
  }

  #acknowledge(seq: number): void {
    // What was not sent over this connection cannot have come
    if (!this.#sinkIsReady || seq > this.#lastSeq) return;
    const end = this.#kept.findIndex((kept) => kept.seq > seq);
    for (const kept of this.#kept.splice(0, end === -1 ? this.#kept.length : end)) {
      this.#keptBytes -= bytesOf(kept);
      forEachJob(kept.lines, (id) => {
        if (this.#states[id] === DONE) this.#move(id, COUNTED);
      });
      this.#sinkKnows ||= kept.kind === "END";
    }
  }

  /** Adopts what the sink's journal has, which is the only truth, and sends again what is not acknowledged. */
  #reconcile(ranges: readonly Range[]): void {
    // It may be told of the end too early: it has lost what it had
    if (this.#kept.at(-1)?.kind === "END") this.#keptBytes -= bytesOf(this.#kept.pop() as Kept);
    this.#ended = false;
    const has = new Uint8Array(this.#states.length);
    for (const [first, last] of ranges) has.fill(1, first, last + 1);
    const kept = new Uint8Array(this.#states.length);
    for (const { lines } of this.#kept) forEachJob(lines, (id) => (kept[id] = 1));
    for (let id = 0; id < has.length; id++) {
      if (has[id] === 1) this.#move(id, COUNTED);
      else if (this.#states[id] === COUNTED && kept[id] === 1) this.#move(id, DONE);
      else if (this.#states[id] === COUNTED) this.#queue(id);
    }
    this.#sinkIsReady = true;
    for (const each of this.#kept) this.#send(each);
  }
}

const bytesOf = ({ frame }: Kept) => (frame?.length ?? 0) + MESSAGE_OVERHEAD;

/** First in, first out: as runs of ids, because a batch is one at first, and because `Array.shift` may take long. */
class Queue {
  readonly #runs: { first: number; last: number }[] = [];
  #head = 0;

  /** The next one. */
  get first(): number | undefined {
    return this.#runs[this.#head]?.first;
  }

  push(id: number): void {
    const run = this.#runs.at(-1);
    if (run?.last === id - 1 && this.#head < this.#runs.length) run.last = id;
    else this.#runs.push({ first: id, last: id });
  }

  /** Drops the next one. */
  shift(): void {
    const run = this.#runs[this.#head];
    if (run === undefined) return;
    run.first += 1;
    if (run.first <= run.last) return;
    this.#head += 1;
    if (this.#head < this.#runs.length && this.#head < 10_000) return;
    this.#runs.splice(0, this.#head);
    this.#head = 0;
  }
}
