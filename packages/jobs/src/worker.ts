/**
 * A worker's side of the protocol, without sockets and clocks: it takes messages and leaves those that are to be sent
 * in {@link Worker.toVentilator}. It holds jobs, of which one runs at a time.
 */
import {
  addJob,
  formatWorkerMessage,
  type Frames,
  type Line,
  type Malformed,
  MAX_WINDOW,
  parseVentilatorMessage,
  type VentilatorMessage,
  type WorkerMessage,
} from "./wire.js";

/** A worker holds as many jobs as it does in this many milliseconds, so that it never waits for the next. */
const AHEAD = 5;

/** Longer jobs than this, in milliseconds, are not held in advance: an idle worker can have them. */
const LONG = 1000;

/** However short the jobs are: all that a dead worker held is tried again one by one. */
const MAX_AHEAD = 2000;

/** How much the latest job changes the mean. */
const SMOOTHING = 0.1;

type Task = Extract<VentilatorMessage, { kind: "TASK" }>;

export interface WorkerOptions {
  /** Most jobs held at once. Default: adapts to how long they take. */
  window?: number | undefined;
  /** After how much silence the ventilator is to give this worker up, in milliseconds. */
  ttl: number;
  /** Told of messages that cannot be read, or that come from somebody else. */
  malformed?: Malformed;
}

export class Worker {
  /** Messages to be sent, in this order; the caller removes what it sends. */
  readonly toVentilator: Frames[] = [];
  /** Whether the ventilator has said that the batch is done. */
  stopped = false;
  /** How many jobs have come to their end. */
  readonly finished = { done: 0, failed: 0 };

  readonly #options: WorkerOptions;
  #token = "";
  /** That of a HELLO that came while a job was running: it is answered when that one is done. */
  #newToken: string | undefined;
  /** Held: jobs that follow one another, as they came. */
  #tasks: Task[] = [];
  /** How many jobs of the first of these are begun. */
  #begun = 0;
  /** The id of the running job. */
  #running: number | undefined;
  #leaving = false;
  #done: Line[] = [];
  #failed: Line[] = [];
  /** How long a job takes, in milliseconds. */
  #mean: number | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** How many jobs it would hold now. */
  get window(): number {
    const { window = MAX_WINDOW } = this.#options;
    if (this.#mean === undefined || this.#mean > LONG) return 1;
    return Math.min(window, MAX_AHEAD, 1 + Math.ceil(AHEAD / this.#mean));
  }

  /** How many jobs it holds, with the one that runs. */
  get held(): number {
    const given = this.#tasks.reduce((sum, { payloads }) => sum + payloads.length, 0);
    return given - this.#begun + (this.#running === undefined ? 0 : 1);
  }

  /** Takes a message from the ventilator. */
  receive(frames: readonly Buffer[]): void {
    const message = parseVentilatorMessage(frames);
    switch (message?.kind) {
      case "HELLO":
        this.stopped = false;
        this.#drop();
        this.#newToken = message.token;
        if (this.#running === undefined) this.#answerHello();
        return;
      case "TASK":
        // What comes after BYE was given back by it
        if (!this.#leaving) this.#tasks.push(message);
        return;
      case "STOP":
        this.stopped = true;
        return;
      case "BEAT":
        return;
      case undefined:
        this.#options.malformed?.record("message", frames);
    }
  }

  /** There is a connection; or there was, and it is time to be heard of again. */
  ready(): void {
    this.#say("READY");
  }

  /** The payload of the next job, which then runs; nothing if it holds none. */
  next(): string | undefined {
    const [task] = this.#tasks;
    if (task === undefined) return undefined;
    this.#running = task.first + this.#begun;
    const payload = task.payloads[this.#begun];
    this.#begun += 1;
    if (this.#begun === task.payloads.length) {
      this.#tasks.shift();
      this.#begun = 0;
    }
    return payload;
  }

  /**
   * The running job is done.
   *
   * @param milliseconds How long it took.
   */
  done(result: string, milliseconds: number): void {
    this.#mean = this.#mean === undefined ? milliseconds : average(this.#mean, milliseconds);
    this.#finish(this.#done, result);
    this.finished.done += 1;
  }

  /** The running job has failed. */
  failed(reason: string): void {
    this.#finish(this.#failed, reason.replaceAll("\n", " "));
    this.finished.failed += 1;
  }

  /** Hands back all that it holds but the job that is running, and takes no more. */
  leave(): void {
    this.#leaving = true;
    this.#drop();
    this.endTurn();
    const kept: Line[] = [];
    if (this.#running !== undefined) addJob(kept, this.#running, "");
    this.#say("BYE", kept);
  }

  /** Gives up the running job, which the next {@link leave} then hands back. */
  abandon(): void {
    this.#running = undefined;
  }

  /** At the end of a turn of the event loop: reports what was done in it. */
  endTurn(): void {
    if (this.#done.length > 0) this.#say("DONE", this.#done);
    if (this.#failed.length > 0) this.#say("FAIL", this.#failed);
    this.#done = [];
    this.#failed = [];
  }

  #finish(lines: Line[], text: string): void {
    if (this.#running === undefined) return;
    addJob(lines, this.#running, text);
    this.#running = undefined;
    if (this.#newToken !== undefined) this.#answerHello();
  }

  /** Forgets what is not begun. */
  #drop(): void {
    this.#tasks = [];
    this.#begun = 0;
  }

  #answerHello(): void {
    // What was done before was done for the earlier token
    this.endTurn();
    this.#token = this.#newToken ?? this.#token;
    this.#newToken = undefined;
    if (!this.#leaving) this.#say("READY");
  }

  #say(kind: Exclude<WorkerMessage["kind"], "GONE">, lines: readonly Line[] = []): void {
    const state = { token: this.#token, window: this.window, ttl: this.#options.ttl };
    this.toVentilator.push(...formatWorkerMessage({ kind, ...state, lines }));
  }
}

const average = (mean: number, value: number) => mean + (value - mean) * SMOOTHING;
