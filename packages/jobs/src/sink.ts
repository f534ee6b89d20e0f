/**
 * The sink's side of the protocol, without sockets: it takes messages, counts each job once, and leaves the messages
 * that are to be sent in {@link Sink.toVentilators}. What it has counted is what its journal has.
 */
import {
  addJob,
  forEachJob,
  formatSinkMessage,
  type Frames,
  type Line,
  type Malformed,
  parseSinkwardMessage,
  type Range,
  type SinkMessage,
} from "./wire.js";

/** Where the sink keeps what it has counted. */
export interface CountedJobs {
  /** The batch that is in it. */
  readonly batch?: { readonly id: string; readonly jobs: number } | undefined;
  /** What it has: result lines, and lines of dead jobs. */
  read(onResult: (line: Line) => void, onDead: (line: Line) => void): void;
  /** Writes the begin of a batch. */
  begin(id: string, jobs: number): void;
  /** Writes lines. When this returns they are as safe as they ever will be. */
  append(results: readonly Line[], dead: readonly Line[]): void;
  /** Writes that the batch is done. */
  end(): void;
}

export interface SinkOptions {
  readonly journal: CountedJobs;
  /** Told of messages that cannot be read, or that come from somebody else. */
  readonly malformed?: Malformed;
}

/** What was counted in a turn of the event loop. */
export interface Counted {
  readonly results: readonly Line[];
  readonly dead: readonly Line[];
}

const NOBODY = Buffer.alloc(0);

/**
 * How long a sink that has everything waits to hear that its ventilator knows, in milliseconds. A ventilator that was
 * killed may come back and ask.
 */
const END_PATIENCE = 60_000;

export class Sink {
  /** Messages to be sent, in this order, each with the routing identity of its receiver; the caller removes what it sends. */
  readonly toVentilators: { readonly to: Buffer; readonly frames: Frames }[] = [];
  /** The batch, once it is known. */
  batch: { readonly id: string; readonly jobs: number } | undefined;
  /** How many workers the ventilator has. */
  workers = 0;

  readonly #options: SinkOptions;
  /** Which jobs are counted, dead ones too. */
  #has = new Uint8Array(0);
  #results = 0;
  readonly #dead = new Map<number, string>();
  /** The connections of the batch's ventilator, by identity: the present one, and earlier ones. */
  readonly #ventilators = new Set<string>();
  /** What came in this turn and is not written yet. */
  #unwritten: { results: Line[]; dead: Line[] } = { results: [], dead: [] };
  /** What was written in this turn. */
  #written: { results: Line[]; dead: Line[] } = { results: [], dead: [] };
  readonly #acks = new Map<string, { to: Buffer; seq: number }>();
  #toldOfEnd = false;
  #ended = false;
  #completeAt: number | undefined;

  constructor(options: SinkOptions) {
    this.#options = options;
    const { journal } = options;
    if (journal.batch === undefined) return;
    this.#begin(journal.batch);
    journal.read(
      (line) => forEachJob([line], (id) => this.#isNew(id) && this.#countResult(id)),
      (line) => forEachJob([line], (id, text) => this.#isNew(id) && this.#countDead(id, text)),
    );
  }

  /** How many jobs have a result. */
  get results(): number {
    return this.#results;
  }

  /** The dead jobs: how often each was tried, and why it failed. */
  get dead(): ReadonlyMap<number, string> {
    return this.#dead;
  }

  /** What there is to show for those who look on: a label, and how many. */
  get shown(): [label: string, count: number, value: number][] {
    return [
      ["jobs", this.batch?.jobs ?? 0, 0],
      ["results", this.#results, 0],
      ["dead", this.#dead.size, 0],
    ];
  }

  /** Whether every job is counted. */
  get complete(): boolean {
    return this.batch !== undefined && this.#results + this.#dead.size === this.batch.jobs;
  }

  /** Whether the ventilator has said that the sink has everything. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @param frames Behind the routing identity, as a ROUTER receives them. */
  receive([identity = NOBODY, ...frames]: readonly Buffer[]): void {
    const message = parseSinkwardMessage(frames);
    const from = identity.toString("latin1");
    if (message?.kind === "BATCH") {
      this.#receiveBatch(identity, { id: message.batch, jobs: message.jobs });
      return;
    }
    if (message === undefined || !this.#ventilators.has(from)) {
      this.#options.malformed?.record("message", frames);
      return;
    }
    this.workers = message.workers;
    this.#acks.set(from, { to: identity, seq: message.seq });
    if (message.kind === "END") {
      this.#toldOfEnd = true;
      return;
    }
    const { results, dead } = this.#unwritten;
    forEachJob(message.lines, (id, text) => {
      if (!this.#isNew(id)) return;
      if (message.kind === "DONE") {
        this.#countResult(id);
        addJob(results, id, text);
      } else {
        this.#countDead(id, text);
        addJob(dead, id, text);
      }
    });
  }

  /**
   * At the end of a turn of the event loop: writes what came to the journal, and only then acknowledges it.
   *
   * @returns What was counted in this turn.
   */
  endTurn(now: number): Counted {
    this.#write();
    this.#sweep(now);
    if (this.#toldOfEnd && this.complete) this.end();
    for (const { to, seq } of this.#acks.values()) this.#reply(to, { kind: "ACK", seq });
    this.#acks.clear();
    const counted = this.#written;
    this.#written = { results: [], dead: [] };
    return counted;
  }

  /** Ends the batch if everything is counted, and the ventilator has not been heard of for long. */
  #sweep(now: number): void {
    if (!this.complete) this.#completeAt = undefined;
    else if (now - (this.#completeAt ??= now) > END_PATIENCE) this.end();
  }

  /** Writes that the batch is done: because the ventilator says so, or because it has gone and all is counted. */
  end(): void {
    if (this.#ended) return;
    this.#options.journal.end();
    this.#ended = true;
  }

  #write(): void {
    const { results, dead } = this.#unwritten;
    if (results.length + dead.length === 0) return;
    this.#options.journal.append(results, dead);
    this.#unwritten = { results: [], dead: [] };
    // Not push(...results): after a standstill there are more than a call takes arguments
    this.#written = {
      results: this.#written.results.concat(results),
      dead: this.#written.dead.concat(dead),
    };
  }

  #receiveBatch(to: Buffer, batch: { id: string; jobs: number }): void {
    if (this.batch === undefined) {
      this.#options.journal.begin(batch.id, batch.jobs);
      this.#begin(batch);
    }
    if (this.batch?.id !== batch.id || this.batch.jobs !== batch.jobs) {
      const reason = `the sink collects another batch, ${this.batch?.id} with ${this.batch?.jobs} jobs`;
      this.#reply(to, { kind: "REFUSE", reason });
      return;
    }
    this.#ventilators.add(to.toString("latin1"));
    // HAVE must not name what is not written
    this.#write();
    this.#reply(to, { kind: "HAVE", ranges: this.#ranges() });
  }

  #begin(batch: { id: string; jobs: number }): void {
    this.batch = batch;
    this.#has = new Uint8Array(batch.jobs);
  }

  #reply(to: Buffer, message: SinkMessage): void {
    this.toVentilators.push({ to, frames: formatSinkMessage(message) });
  }

  #isNew(id: number): boolean {
    return this.#has[id] === 0;
  }

  #countResult(id: number): void {
    this.#has[id] = 1;
    this.#results += 1;
  }

  #countDead(id: number, text: string): void {
    this.#has[id] = 1;
    this.#dead.set(id, text);
  }

  #ranges(): Range[] {
    const ranges: Range[] = [];
    for (let id = 0; id < this.#has.length; id++) {
      if (this.#has[id] === 0) continue;
      const first = id;
      while (this.#has[id + 1] === 1) id++;
      ranges.push([first, id]);
    }
    return ranges;
  }
}
