/**
 * A ventilator, its sink and its workers in one process, with a network and a clock that a test drives step by step.
 * Everything may happen between any two steps: processes are killed, connections break, messages come late, twice over
 * or never, as far as TCP and libzmq allow. What must never happen throws.
 */
import { Batch } from "../batch.js";
import { type CountedJobs, Sink } from "../sink.js";
import { type Failure, type ToWorker, Ventilator } from "../ventilator.js";
import { forEachJob, formatWorkerMessage, type Frames, type Line } from "../wire.js";
import { Worker } from "../worker.js";

const BATCH = "0123456789abcdef";
const OTHER_BATCH = "fedcba9876543210";

/** In milliseconds. */
const TTL = 100;

export interface SimulationOptions {
  jobs: number;
  workers: number;
  /** After this number of lone deaths a job is dead. */
  attempts: number;
  /** These end the worker that runs them. */
  poison: ReadonlySet<number>;
  /** These fail when they are run for the first time. */
  flaky: ReadonlySet<number>;
}

/** A machine loses power before it has written. */
class Crash extends Error {}

/** What ought to hold does not. */
class Violation extends Error {
  override name = "Violation";
}

/** A connection of a worker to the ventilator: what is under way, and what the ventilator must think of it. */
interface Connection {
  readonly identity: Buffer;
  up: Buffer[][];
  down: Buffer[][];
  /** Nothing passes. */
  cut: boolean;
  /** Whether the worker's end is still there. */
  open: boolean;
  /** The token that it was told, and whether it has said it. */
  token: string | undefined;
  echoed: boolean;
  /** When the ventilator got something over it. */
  heard: number;
  /** The worker does not read. */
  full: boolean;
  window: number;
  held: Set<number>;
}

interface Process {
  worker: Worker;
  connection: Connection;
  /** The payload of the job that runs: its id. */
  running: string | undefined;
  leaving: boolean;
}

/** A connection of the ventilator to the sink. */
interface SinkConnection {
  readonly identity: Buffer;
  up: Buffer[][];
  down: Buffer[][];
}

/** Some jobs that follow one another have the same. */
const resultOf = (id: number) => `r${Math.floor(id / 3)}`;

/** The ids of `7` or `7-9`. */
function idsOf(text = ""): number[] {
  const [first = Number.NaN, last = first] = text.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

/** Frames as a socket hands them over. */
export const received = (frames: Frames): Buffer[] => frames.map((frame) => Buffer.from(frame as string));

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #batch: Batch;
  now = 0;
  #connections = 0;
  #incarnations = 0;

  /** The ventilator's journal. */
  readonly #failures: Failure[] = [];
  #ventilator: Ventilator | undefined;
  /** It has ended: everything is done. */
  #left = false;
  /** The jobs that the sink has told it of. */
  readonly #named = new Set<number>();
  /** Its connections: of all its workers, also of those that are gone. */
  #links: Connection[] = [];

  readonly #disk = new Disk();
  #sink: Sink | undefined;
  #sinkLink: SinkConnection | undefined;
  /** Earlier ones, of which the sink may still get something. */
  #oldSinkLinks: SinkConnection[] = [];

  readonly #processes: (Process | undefined)[];
  readonly #ran = new Map<number, number>();
  /** How often a job has failed for a good reason. */
  readonly #causes = new Map<number, number>();

  constructor(options: SimulationOptions) {
    this.#options = options;
    const payloads = Array.from({ length: options.jobs }, (_, id) => `${id}\n`).join("");
    this.#batch = new Batch(BATCH, Buffer.from(payloads));
    this.#processes = Array.from({ length: options.workers }, () => undefined);
    this.#startSink();
    this.#startVentilator();
    for (let n = 0; n < options.workers; n++) this.#startWorker(n);
  }

  /** Does one of the things that may happen now. */
  step(choice: number): void {
    const actions = choice % 10 === 0 ? this.#faults() : this.#progress();
    actions[Math.floor(choice / 10) % actions.length]?.();
  }

  /** Lets nothing more go wrong, and waits for the end. */
  finish(): void {
    for (const connection of this.#links) connection.cut = connection.full = false;
    for (let round = 0; round < 500; round++) {
      if (this.#ventilator === undefined && !this.#left) this.#startVentilator();
      if (this.#sink === undefined) this.#startSink();
      this.#processes.forEach((process, n) => process ?? this.#startWorker(n));
      for (const action of this.#progress()) action();
      this.#pass(10);
      if (this.#left && this.#sink?.complete) this.#sink.end();
      if (this.#left && this.#sink?.ended) return this.#check();
    }
    const numbers = JSON.stringify(this.#ventilator?.progress);
    throw new Violation(`lost, or hangs: ventilator ${numbers}, sink has ${this.#sink?.results}`);
  }

  /** How often each job was run. */
  get ran(): ReadonlyMap<number, number> {
    return this.#ran;
  }

  #check(): void {
    const { jobs, attempts } = this.#options;
    for (let id = 0; id < jobs; id++) {
      const text = this.#disk.results.get(id);
      const isDead = this.#disk.dead.has(id);
      if ((text === undefined) !== isDead) throw new Violation(`job ${id} is lost, or counted and dead`);
      if (text !== undefined && text !== resultOf(id))
        throw new Violation(`job ${id} has the result ${text}`);
      if (isDead && (this.#causes.get(id) ?? 0) < attempts) throw new Violation(`job ${id} died innocently`);
      if (text !== undefined && !this.#ran.has(id)) throw new Violation(`job ${id} never ran`);
    }
  }

  // --- What happens when all goes well

  #progress(): (() => void)[] {
    const actions: (() => void)[] = [];
    for (const link of this.#links) {
      if (!link.cut && link.up.length > 0 && this.#ventilator) actions.push(() => this.#deliverUp(link));
    }
    for (const process of this.#processes) {
      if (process === undefined) continue;
      const { connection, worker } = process;
      if (!connection.cut && connection.down.length > 0) actions.push(() => this.#deliverDown(process));
      actions.push(() => this.#work(process));
      actions.push(() => {
        worker.endTurn();
        this.#sendUp(process);
      });
    }
    if (this.#ventilator !== undefined) actions.push(() => this.#endVentilatorsTurn());
    const sink = this.#sink;
    if (sink !== undefined) {
      for (const link of [...this.#oldSinkLinks, ...(this.#sinkLink === undefined ? [] : [this.#sinkLink])]) {
        const [first] = link.up;
        if (first !== undefined) {
          actions.push(() => {
            link.up.shift();
            sink.receive([link.identity, ...first]);
          });
        }
      }
      actions.push(() => this.#endSinksTurn(false));
    }
    const link = this.#sinkLink;
    if (link !== undefined && link.down.length > 0) {
      actions.push(() => this.#deliverFromSink(link));
    }
    actions.push(() => this.#pass(5));
    return actions;
  }

  #deliverFromSink(link: SinkConnection): void {
    const frames = link.down.shift() ?? [];
    const [kind, ...ranges] = frames.map(String);
    if (kind === "HAVE") {
      this.#named.clear();
      for (const range of ranges.join("").split("\n").slice(0, -1)) {
        for (const id of idsOf(range)) this.#named.add(id);
      }
    }
    this.#ventilator?.fromSink(frames);
  }

  /** The ventilator ends. */
  #leave(): void {
    this.#left = true;
    this.#killVentilator();
  }

  #pass(milliseconds: number): void {
    this.now += milliseconds;
    for (const process of this.#processes) {
      if (process === undefined || process.connection.up.length > 0) continue;
      process.worker.ready();
      this.#sendUp(process);
    }
  }

  #deliverUp(link: Connection): void {
    const frames = link.up.shift();
    if (frames === undefined || this.#ventilator === undefined) return;
    link.heard = this.now;
    const [kind, token, state, lines] = frames.map(String);
    if (kind === "GONE") {
      this.#lost(link);
      this.#links = this.#links.filter((each) => each !== link);
    } else {
      if (token === link.token) link.echoed = true;
      if (token === link.token) link.window = Number(state?.split(" ")[0]);
      const ids = (lines ?? "")
        .split("\n")
        .slice(0, -1)
        .flatMap((line) => idsOf(line.split(" ")[0]));
      if (kind === "DONE") for (const id of ids) link.held.delete(id);
      if (kind === "FAIL" && token === link.token) {
        for (const id of ids) if (link.held.delete(id)) this.#blame(id);
      }
      if (kind === "BYE" && token === link.token) {
        for (const id of link.held) if (!ids.includes(id)) link.held.delete(id);
      }
    }
    this.#ventilator.fromWorker([link.identity, ...frames], this.now);
  }

  #deliverDown(process: Process): void {
    const frames = process.connection.down.shift();
    if (frames !== undefined) process.worker.receive(frames);
  }

  #work(process: Process): void {
    const { running, worker } = process;
    if (running === undefined) {
      process.running = process.leaving ? undefined : worker.next();
      return;
    }
    const id = Number(running);
    const times = (this.#ran.get(id) ?? 0) + 1;
    this.#ran.set(id, times);
    if (this.#options.poison.has(id)) {
      this.#killWorker(this.#processes.indexOf(process));
      return;
    }
    process.running = undefined;
    if (this.#options.flaky.has(id) && times === 1) worker.failed("flaky");
    else worker.done(resultOf(id), 1);
    if (process.leaving) {
      worker.leave();
      this.#sendUp(process);
      this.#killWorker(this.#processes.indexOf(process));
    }
  }

  #sendUp({ worker, connection }: Process): void {
    connection.up.push(...worker.toVentilator.splice(0).map(received));
  }

  #endVentilatorsTurn(): void {
    const ventilator = this.#ventilator;
    if (ventilator === undefined) return;
    for (const link of this.#links) if (this.now - link.heard > TTL) this.#lost(link);
    ventilator.endTurn(this.now);
    if (ventilator.stopped) {
      this.#leave();
      return;
    }
    const messages = ventilator.toWorkers.splice(0);
    const given = ({ jobs }: ToWorker) => (jobs === undefined ? [] : idsOf(`${jobs.first}-${jobs.last}`));
    let queued = ventilator.progress.queued + messages.flatMap(given).length;
    let share = 0;
    let refilled: Connection | undefined;
    for (const message of messages) {
      const { to, frames } = message;
      const ids = given(message);
      const link = this.#links.find(({ identity }) => identity.equals(to));
      if (link === undefined || link.full) {
        ventilator.undelivered(message, link === undefined);
        queued -= ids.length;
        continue;
      }
      if (frames[0] === "HELLO" && link.token !== frames[1]) {
        link.token = String(frames[1]);
        link.echoed = false;
      }
      if (frames[0] === "TASK") {
        if (!link.echoed) throw new Violation("a job is given out before the token has come back");
        for (const id of ids) {
          if (this.#named.has(id)) throw new Violation(`job ${id} is given out although the sink has it`);
          link.held.add(id);
        }
        // Jobs that do not follow one another come in several messages
        if (link !== refilled) share = Math.max(1, Math.floor(queued / ventilator.progress.workers));
        refilled = link;
        const most = Math.min(link.window, share);
        if (link.held.size > most)
          throw new Violation(`a worker holds ${link.held.size} jobs, not ${most} at most`);
        queued -= ids.length;
      }
      link.down.push(received(frames));
    }
    this.#sendToSink();
  }

  #sendToSink(): void {
    const messages = this.#ventilator?.toSink.splice(0) ?? [];
    this.#sinkLink?.up.push(...messages.map(received));
  }

  #endSinksTurn(crash: boolean): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    this.#disk.crashes = crash;
    try {
      sink.endTurn(this.now);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    this.#disk.crashes = false;
    // All that was to be sent before the crash may have been
    for (const { to, frames } of sink.toVentilators.splice(0)) {
      if (this.#sinkLink?.identity.equals(to)) this.#sinkLink.down.push(received(frames));
    }
    if (crash) this.#killSink();
  }

  // --- What goes wrong

  #faults(): (() => void)[] {
    const actions: (() => void)[] = [];
    // One worker of all, so that there are not more of its faults than of the others
    const n = this.#connections % this.#processes.length;
    const process = this.#processes[n];
    if (process === undefined) actions.push(() => this.#startWorker(n));
    else {
      const { connection } = process;
      actions.push(() => this.#killWorker(n));
      actions.push(() => this.#reconnect(process));
      actions.push(() => (connection.cut = !connection.cut));
      actions.push(() => (connection.full = !connection.full));
      actions.push(() => this.#terminate(n));
    }
    actions.push(() => {
      this.now += TTL + 1;
    });
    actions.push(() => {
      if (this.#ventilator !== undefined) this.#killVentilator();
      else if (!this.#left) this.#startVentilator();
    });
    actions.push(() => (this.#sink === undefined ? this.#startSink() : this.#killSink()));
    actions.push(() => this.#endSinksTurn(true));
    // It does not wait forever to hear that the sink knows
    if (this.#ventilator?.allCounted) actions.push(() => this.#leave());
    actions.push(() => this.#connectToSink());
    actions.push(() => this.#forge());
    return actions;
  }

  #startWorker(n: number): void {
    const worker = new Worker({ ttl: TTL, window: 3 });
    const process = { worker, connection: this.#connect(), running: undefined, leaving: false };
    this.#processes[n] = process;
    worker.ready();
    this.#sendUp(process);
  }

  #connect(): Connection {
    const state = { cut: false, open: true, full: false, token: undefined, echoed: false, window: 1 };
    const connection = {
      identity: this.#identity(),
      up: [],
      down: [],
      held: new Set<number>(),
      heard: this.now,
      ...state,
    };
    this.#links.push(connection);
    return connection;
  }

  #identity(): Buffer {
    this.#connections += 1;
    return Buffer.from(`\0${this.#connections}`);
  }

  #killWorker(n: number): void {
    const process = this.#processes[n];
    if (process === undefined) return;
    this.#processes[n] = undefined;
    this.#break(process.connection);
  }

  /** The ventilator hears of it after all that was sent before. */
  #break(connection: Connection): void {
    connection.open = false;
    connection.up.push([Buffer.from("GONE")]);
  }

  /** A DEALER keeps its queue when it connects again; what was in TCP's buffers may arrive as well, or be lost. */
  #reconnect(process: Process): void {
    const old = process.connection;
    process.connection = this.#connect();
    const kept = Math.floor(old.up.length / 2);
    process.connection.up.push(...old.up.splice(old.up.length - kept));
    this.#break(old);
    process.worker.ready();
    this.#sendUp(process);
  }

  #terminate(n: number): void {
    const process = this.#processes[n];
    if (process === undefined || process.leaving) return;
    process.leaving = true;
    process.worker.leave();
    this.#sendUp(process);
    if (process.running === undefined) this.#killWorker(n);
  }

  #startVentilator(): void {
    this.#incarnations += 1;
    const { attempts } = this.#options;
    const fail = (failure: Failure) => {
      this.#failures.push(failure);
      const count = this.#failures.filter(({ id }) => id === failure.id).length;
      if (count > (this.#causes.get(failure.id) ?? 0)) throw new Violation(`job ${failure.id} is blamed`);
    };
    const incarnation = this.#incarnations.toString(16).padStart(8, "0");
    const journal = { batch: this.#batch, incarnation, failures: [...this.#failures], fail };
    this.#ventilator = new Ventilator({ journal, attempts, workers: 1 });
    this.#connectToSink();
    for (const process of this.#processes) if (process !== undefined) this.#reconnect(process);
  }

  #killVentilator(): void {
    this.#ventilator = undefined;
    this.#links = [];
    if (this.#sinkLink !== undefined) this.#oldSinkLinks.push(this.#sinkLink);
    this.#sinkLink = undefined;
  }

  #startSink(): void {
    this.#oldSinkLinks = [];
    if (this.#sinkLink !== undefined) this.#sinkLink.up = [];
    this.#sink = new Sink({ journal: this.#disk });
    this.#connectToSink();
  }

  /** What it has sent may still arrive. */
  #killSink(): void {
    this.#sink = undefined;
  }

  /** A fresh socket, whenever the connection is lost. */
  #connectToSink(): void {
    if (this.#ventilator === undefined) return;
    if (this.#sinkLink !== undefined) this.#oldSinkLinks.push(this.#sinkLink);
    this.#sinkLink = { identity: this.#identity(), up: [], down: [] };
    this.#ventilator.sinkConnected();
    this.#sendToSink();
  }

  /** A stranger sends results of another batch, and for a token that was never made. */
  #forge(): void {
    const link = this.#connect();
    const id = this.#connections % this.#options.jobs;
    const lines = [{ first: id, last: id, text: "forged" }];
    for (const token of [`${OTHER_BATCH}.00000001.1`, ""]) {
      link.up.push(...formatWorkerMessage({ kind: "DONE", token, window: 1, ttl: TTL, lines }).map(received));
    }
    // Without keys, a sink without a batch takes the first that comes
    if (this.#sink?.batch?.id !== BATCH) return;
    const sinkIdentity = this.#identity();
    this.#sink.receive([sinkIdentity, ...received(["BATCH", `${OTHER_BATCH} 7`])]);
    this.#sink.receive([sinkIdentity, ...received(["DONE", "1 1", `${id} forged\n`])]);
  }

  // --- What the ventilator must think

  #lost(link: Connection): void {
    const [only] = link.held;
    if (link.held.size === 1 && only !== undefined) this.#blame(only);
    link.held.clear();
    link.token = undefined;
    link.echoed = false;
  }

  #blame(id: number): void {
    this.#causes.set(id, (this.#causes.get(id) ?? 0) + 1);
  }
}

/** The sink's journal; a second line for a job is a violation. */
class Disk implements CountedJobs {
  batch: { id: string; jobs: number } | undefined;
  crashes = false;
  readonly results = new Map<number, string>();
  readonly dead = new Map<number, string>();

  read(onResult: (line: Line) => void, onDead: (line: Line) => void): void {
    for (const [id, text] of this.results) onResult({ first: id, last: id, text });
    for (const [id, text] of this.dead) onDead({ first: id, last: id, text });
  }

  begin(id: string, jobs: number): void {
    this.batch = { id, jobs };
  }

  append(results: readonly Line[], dead: readonly Line[]): void {
    if (this.crashes) throw new Crash();
    for (const [lines, map] of [
      [results, this.results],
      [dead, this.dead],
    ] as const) {
      forEachJob(lines, (id, text) => {
        if (this.results.has(id) || this.dead.has(id)) throw new Violation(`job ${id} is counted twice`);
        map.set(id, text);
      });
    }
  }

  end(): void {}
}
