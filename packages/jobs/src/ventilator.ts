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
  formatBatch,
  formatLines,
  formatNumbered,
  formatToken,
  formatVentilatorMessage,
  type Frames,
  groupLines,
  type Line,
  type Malformed,
  parseSinkMessage,
  parseWorkerMessage,
  type Range,
  type VentilatorMessage,
} from "./wire.js";

/** Where a job is. DONE: its result is kept here until the sink has it in its journal; then it is COUNTED. */
const [QUEUED, HELD, DONE, COUNTED] = [0, 1, 2, 3] as const;

type JobState = typeof QUEUED | typeof HELD | typeof DONE | typeof COUNTED;

/** Nobody is given jobs while results of more bytes than this wait for the sink's ACK. */
const KEPT_LIMIT = 4 * 1024 * 1024;

/** What a kept message costs besides its bytes, about. */
const MESSAGE_OVERHEAD = 256;

/** A failed attempt at a job. */
export type Failure = Line;

/** A message to a worker. */
export interface ToWorker {
  /** Its routing identity: of any length, so only the whole of it identifies the worker. */
  readonly to: Buffer;
  readonly frames: Frames;
  /** The jobs in it. */
  readonly ids: readonly number[];
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
  readonly ids: readonly number[];
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
      for (const line of message.lines) this.#complete(line, registration);
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
      for (const line of message.lines) if (this.#release(line.id, registration)) this.#fail(line);
    } else if (message.kind === "BYE") {
      registration.leaving = true;
      const kept = new Set(message.lines.map(({ id }) => id));
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
  undelivered({ to, ids }: ToWorker, workerIsGone: boolean): void {
    const registration = this.#registrations.get(to.toString("latin1"));
    if (registration === undefined) return;
    for (const id of ids) if (this.#release(id, registration)) this.#queue(id);
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
    for (const registration of this.#registrations.values()) this.#tell(registration, { kind });
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
    this.#tell(registration, { kind: "HELLO", token: registration.token });
  }

  #tell({ identity }: Registration, message: VentilatorMessage): void {
    for (const frames of formatVentilatorMessage(message)) {
      this.toWorkers.push({ to: identity, frames, ids: [] });
    }
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
      this.#dead.push({ id, text: `${attempts} ${this.#reasons.get(id)}` });
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
      const id = queue.shift();
      if (id === undefined || (this.#states[id] === QUEUED && this.#queueOf(id) === queue)) return id;
    }
  }

  #complete(line: Line, registration: Registration | undefined): void {
    if (line.id >= this.#states.length) return;
    if (registration !== undefined) this.#release(line.id, registration);
    if ((this.#states[line.id] ?? DONE) >= DONE) return;
    this.#move(line.id, DONE);
    this.#done.push(line);
  }

  #fail({ id, text }: Failure): void {
    const failure = { id, text: text.slice(0, 1000) };
    this.#options.journal.fail(failure);
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
      const ids = this.#choose(worker, most - worker.held);
      for (const group of groupLines(ids.map((id) => ({ id, text: this.#batch.payload(id) })))) {
        const frames = ["TASK", formatLines(group)];
        this.toWorkers.push({ to: worker.identity, frames, ids: group.map(({ id }) => id) });
      }
    }
  }

  /** How many jobs a worker may hold at most: the last jobs of a batch go to idle workers only. */
  #fairShare(workers: number): number {
    return Math.max(1, Math.floor(this.#counts[QUEUED] / workers));
  }

  #choose(worker: Registration, count: number): number[] {
    const [together, alone, last] = this.#queues;
    const ids: number[] = [];
    while (ids.length < count) {
      const id = this.#next(together);
      if (id === undefined) break;
      ids.push(id);
    }
    if (ids.length === 0 && worker.held === 0) {
      const id = this.#next(alone) ?? this.#next(last);
      if (id === undefined) return ids;
      ids.push(id);
      worker.alone = true;
    }
    for (const id of ids) {
      this.#move(id, HELD);
      this.#holders[id] = worker.number;
    }
    worker.held += ids.length;
    return ids;
  }

  // --- The sink

  #passOn(kind: "DONE" | "DEAD", lines: readonly Line[]): void {
    for (const group of groupLines(lines)) {
      this.#keep(
        kind,
        group.map(({ id }) => id),
        formatLines(group),
      );
    }
  }

  #keep(kind: Kept["kind"], ids: readonly number[] = [], frame?: Buffer): void {
    const kept = { seq: (this.#lastSeq += 1), kind, ids, ...(frame === undefined ? {} : { frame }) };
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
      for (const id of kept.ids) if (this.#states[id] === DONE) this.#move(id, COUNTED);
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
    const kept = new Set(this.#kept.flatMap(({ ids }) => ids));
    for (let id = 0; id < has.length; id++) {
      if (has[id] === 1) this.#move(id, COUNTED);
      else if (this.#states[id] === COUNTED && kept.has(id)) this.#move(id, DONE);
      else if (this.#states[id] === COUNTED) this.#queue(id);
    }
    this.#sinkIsReady = true;
    for (const each of this.#kept) this.#send(each);
  }
}

const bytesOf = ({ frame }: Kept) => (frame?.length ?? 0) + MESSAGE_OVERHEAD;

/** First in, first out; without the cost of `Array.shift`. */
class Queue {
  #ids: number[] = [];
  #head = 0;

  push(id: number): void {
    this.#ids.push(id);
  }

  shift(): number | undefined {
    const id = this.#ids[this.#head];
    if (id === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#ids.length || this.#head > 100_000) {
      this.#ids = this.#ids.slice(this.#head);
      this.#head = 0;
    }
    return id;
  }
}
