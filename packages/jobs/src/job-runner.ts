import { setImmediate as nextTurn } from "node:timers/promises";
import { JobError, type RunJob } from "./run-job.js";
import type { Worker } from "./worker.js";

/** For how long jobs are done before they are reported, in milliseconds, unless one takes longer. */
const REPORT_EVERY = 2;

export interface JobRunnerOptions {
  run: RunJob;
  /** Sends what the worker has to say. */
  report: () => void;
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
    let reportAt = 0;
    while (!this.#leaving) {
      if (!(await this.#doNext())) {
        this.#report();
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else if (performance.now() >= reportAt) {
        this.#report();
        await nextTurn();
        reportAt = performance.now() + REPORT_EVERY;
      }
    }
  }

  /** Returns whether there was a job. */
  async #doNext(): Promise<boolean> {
    const job = this.#worker.next();
    if (job === undefined) return false;
    const start = performance.now();
    try {
      const result = await this.#options.run(job.text, this.#cut.signal);
      this.#worker.done(result, performance.now() - start);
    } catch (error) {
      if (error instanceof JobError) this.#worker.failed(Buffer.from(error.message).toString("latin1"));
      else this.#worker.abandon();
      if (error instanceof JobError || this.#cut.signal.aborted) return true;
      // The job is handed back: it is not its fault
      this.#leaving = true;
      this.#options.onFatalError(error as Error);
    }
    return true;
  }

  #report(): void {
    this.#worker.endTurn();
    this.#options.report();
  }
}
