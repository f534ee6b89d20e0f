import type { Logger } from "zmq-common";

/** How often the log has a line about it, in milliseconds. */
const LOG_EVERY = 10_000;

/** Over how much time the rate is measured, in milliseconds. */
const RATE_SPAN = 10_000;

/** How often the line on a terminal is drawn, in milliseconds. */
const DRAW_EVERY = 100;

/** How far a sink is. */
export interface SinkProgress {
  /** How many jobs have a result. */
  readonly results: number;
  readonly dead: ReadonlyMap<number, string>;
  readonly batch: { readonly jobs: number } | undefined;
  readonly workers: number;
}

interface ProgressOptions {
  print: (text: string) => void;
  log: Logger;
  /** Where the results go: on stdout there is nothing but them then. */
  output: string | undefined;
  /** Default: that of stderr, if it is one. */
  terminal?: NodeJS.WriteStream | undefined;
}

/** Shows how far a sink is: as the chapter's sink does, and in the log or on the terminal. */
export class SinkDisplay implements Disposable {
  readonly #sink: SinkProgress;
  readonly #options: ProgressOptions;
  readonly #timer: NodeJS.Timeout;
  #line: LogLine | undefined;
  /** When the batch began, as far as this process has seen it. */
  #begin: number | undefined;
  /** How many had been counted at which time, in the last {@link RATE_SPAN}: for the rate. */
  #samples: { at: number; counted: number }[] = [];
  #shown: number;

  private constructor(sink: SinkProgress, options: ProgressOptions, line?: LogLine) {
    this.#sink = sink;
    this.#options = options;
    this.#line = line;
    this.#shown = this.#counted;
    const draw = () => {
      const text = this.#describe();
      if (line !== undefined) line(text ?? "waiting for a batch");
      else if (text !== undefined) options.log.info(text);
    };
    this.#timer = setInterval(draw, line === undefined ? LOG_EVERY : DRAW_EVERY).unref();
  }

  static async start(sink: SinkProgress, options: ProgressOptions): Promise<SinkDisplay> {
    const { terminal = process.stderr.isTTY ? process.stderr : undefined } = options;
    if (terminal === undefined) return new SinkDisplay(sink, options);
    const { createLogUpdate } = await import("log-update");
    const update = createLogUpdate(terminal);
    // A terminal that stands still (Ctrl-S) would be sent all that it has missed
    const draw = (text: string) => {
      if (!terminal.writableNeedDrain) update(text);
    };
    return new SinkDisplay(sink, options, Object.assign(draw, { done: () => update.done() }));
  }

  get #counted(): number {
    return this.#sink.results + this.#sink.dead.size;
  }

  /** Shows what has been counted since the last call. */
  update(): void {
    if (this.#sink.batch === undefined) return;
    if (this.#begin === undefined) {
      this.#begin = performance.now();
      this.#samples = [{ at: this.#begin, counted: this.#shown }];
    }
    // A terminal that shows a line has no room for dots; on stdout there may be results
    if (this.#line === undefined && this.#options.output !== "-") {
      this.#options.print(dots(this.#shown, this.#counted - this.#shown));
    }
    this.#shown = this.#counted;
  }

  /**
   * Shows how long it took, and which jobs are dead.
   *
   * @throws {DeadJobsError} If there are any.
   */
  finish(): void {
    const elapsed = Math.trunc(performance.now() - (this.#begin ?? performance.now()));
    this[Symbol.dispose]();
    const { print, log, output } = this.#options;
    if (output === "-") log.info(`Total elapsed time: ${elapsed} msec`);
    else print(`\nTotal elapsed time: ${elapsed} msec\n`);
    for (const [id, text] of this.#sink.dead) {
      const [, attempts, reason] = /^(\d+) (.*)$/s.exec(text) ?? [];
      log.error(`dead: ${id} after ${attempts} attempts: ${Buffer.from(reason ?? "", "latin1").toString()}`);
    }
    const { size } = this.#sink.dead;
    if (size > 0) throw new DeadJobsError(`${size} of ${this.#sink.batch?.jobs} jobs are dead`);
  }

  #describe(): string | undefined {
    const { batch, results, dead, workers } = this.#sink;
    const [first, second] = this.#samples;
    if (batch === undefined || first === undefined) return undefined;
    const now = { at: performance.now(), counted: this.#counted };
    if (second !== undefined && now.at - second.at > RATE_SPAN) this.#samples.shift();
    this.#samples.push(now);
    const numbers = { results, dead: dead.size, jobs: batch.jobs, workers };
    return describeProgress(numbers, now.counted - first.counted, now.at - first.at);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    const text = this.#describe();
    if (text !== undefined) this.#line?.(text);
    this.#line?.done();
    this.#line = undefined;
  }
}

type LogLine = { (text: string): void; done(): void };

/** Not every job has a result. */
export class DeadJobsError extends Error {
  override name = "DeadJobsError";
}

/**
 * `1200 of 5000 counted, 1 dead, 240/s, 8 workers, 16 s left`
 *
 * @param counted How many were counted in the last `milliseconds`.
 */
export function describeProgress(
  { results, dead, jobs, workers }: { results: number; dead: number; jobs: number; workers: number },
  counted: number,
  milliseconds: number,
): string {
  const rate = milliseconds > 0 ? (counted / milliseconds) * 1000 : 0;
  const left = jobs - results - dead;
  return [
    `${results} of ${jobs} counted`,
    ...(dead > 0 ? [`${dead} dead`] : []),
    `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`,
    `${workers} worker${workers === 1 ? "" : "s"}`,
    ...(rate > 0 && left > 0 ? [`${describeSeconds(left / rate)} left`] : []),
  ].join(", ");
}

function describeSeconds(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The chapter's dots: `:` for the 1st, 11th, 21st, … result, else `.`. */
export function dots(from: number, count: number): string {
  const before = from % 10;
  return ":.........".repeat(Math.ceil((before + count) / 10)).slice(before, before + count);
}

/**
 * Logs how far a ventilator is: every ten seconds, and whenever Enter is pressed on its terminal.
 *
 * @param context Its input is read only if it is a terminal.
 * @returns Disposing of it ends that.
 */
export function logProgress(
  describe: () => object,
  { log, input }: { log: Logger; input: NodeJS.ReadableStream & { isTTY?: boolean } },
): Disposable {
  const show = () => log.info(describe(), "jobs");
  const timer = setInterval(show, LOG_EVERY).unref();
  const isTerminal = input.isTTY === true;
  if (isTerminal) input.on("data", show);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      if (isTerminal) input.off("data", show).pause();
    },
  };
}
