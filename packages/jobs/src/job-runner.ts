import { setImmediate as nextTurn } from "node:timers/promises";
import type { SocketObserver } from "zmq-common";
import { JobError, type RunJob } from "./run-job.js";
import type { Worker } from "./worker.js";

/** For how long jobs are done before they are reported, in milliseconds, unless one takes longer. */
const REPORT_EVERY = 2;

export interface JobRunnerOptions {
  run: RunJob;
  /** Sends what the worker has to say. */
  report: () => void;
  /** Is told when a job begins and ends. */
  observer?: SocketObserver | undefined;
  /** Called when no job can be done. */
  onFatalError: (error: Error) => void;
}

/** Does the jobs that a worker holds, one after another. */
export class JobRunner {
  readonly #worker: Worker;
  readonly #options: JobRunnerOptions;
  readonly #working: Promise<void>;
  /** Cuts short the job that runs. */
  readonly #cut = new AbortController();
  #wake: () => void = () => {};
  #leaving = false;

  constructor(worker: Worker, options: JobRunnerOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#working = this.#work();
  }

  /** The worker may have been given jobs. */
  wake(): void {
    this.#wake();
  }

  /**
   * Hands back what it has not begun, and then, if that is not done in time, what it has.
   *
   * @param grace How long the job that runs may still take, in milliseconds.
   */
  async leave(grace: number): Promise<void> {
    this.#leaving = true;
    this.#worker.leave();
    this.#options.report();
    this.#wake();
    const timer = setTimeout(() => this.#cut.abort(), grace);
    await this.#working;
    clearTimeout(timer);
    this.#worker.leave();
    this.#options.report();
  }

  async #work(): Promise<void> {
    const { observer } = this.#options;
    let now = performance.now();
    let reportAt = now;
    while (!this.#leaving) {
      const payload = this.#worker.next();
      if (payload === undefined) {
        this.#report();
        await new Promise<void>((resolve) => (this.#wake = resolve));
        now = performance.now();
        continue;
      }
      const start = now;
      observer?.begin(payload);
      try {
        const result = this.#options.run(payload, this.#cut.signal);
        const text = typeof result === "string" ? result : await result;
        now = performance.now();
        observer?.end();
        this.#worker.done(text, now - start);
      } catch (error) {
        now = performance.now();
        observer?.end(error instanceof JobError ? "failed" : "given back");
        this.#fail(error as Error);
      }
      if (now < reportAt) continue;
      this.#report();
      await nextTurn();
      now = performance.now();
      reportAt = now + REPORT_EVERY;
    }
  }

  #fail(error: Error): void {
    if (error instanceof JobError) {
      this.#worker.failed(Buffer.from(error.message).toString("latin1"));
      return;
    }
    this.#worker.abandon();
    if (this.#cut.signal.aborted) return;
    // The job is handed back: it is not its fault
    this.#leaving = true;
    this.#options.onFatalError(error);
  }

  #report(): void {
    this.#worker.endTurn();
    this.#options.report();
  }
}
