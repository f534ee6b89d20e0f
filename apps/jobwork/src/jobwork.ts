// Job worker
// Connects DEALER socket to tcp://localhost:5561
// Takes jobs from the ventilator, as many as it can use, and reports what became of each
import * as jobs from "jobs";
import { Dealer } from "zeromq";
import { connectEndpoints, MalformedMessages, observerOf, type RoleContext } from "zmq-common";

export interface JobworkOptions extends jobs.WorkerOptions {
  /** What to run for each job. Default: nothing; it sleeps for the job's number of milliseconds. */
  command: string[];
  vent: string;
  /** How long a job may take, in milliseconds. Default: any time. */
  timeout?: number | undefined;
  /** How long the job that runs may still take after a stop, in milliseconds. */
  grace: number;
  /** Whether it goes on to the next batch. */
  forever: boolean;
}

export async function jobwork(options: JobworkOptions, context: RoleContext) {
  const { signal, print, log, onFatalError } = context;
  using malformed = new MalformedMessages(log);
  const worker = new jobs.Worker({ ...options, malformed });
  context.measure(() => jobs.measureWorker(worker));

  // Socket to talk to the ventilator; it must never wait, and holds a window of results at most
  using socket = new Dealer({ sendHighWaterMark: 0, sendTimeout: 0 });
  const output = new jobs.BufferedPrint(print);
  const report = () => {
    output.flush();
    for (const frames of worker.toVentilator.splice(0)) jobs.post(socket, frames);
  };

  // Say that we are here whenever a connection is made, and then often enough
  const sayReady = () => {
    worker.ready();
    report();
  };
  using _heartbeat = jobs.whileConnected(socket, options.ttl / 4, sayReady);
  connectEndpoints(socket, [options.vent], context, "jobvent");
  log.info(`waiting for jobs from ${options.vent}`);

  // Do the jobs, one after another, while messages come in
  const run = jobs.runJob(options, output);
  const runner = new jobs.JobRunner(worker, { run, report, onFatalError, observer: observerOf(socket) });
  const inbox = new jobs.Inbox<Dealer>();
  inbox.add(socket);
  try {
    for await (const { messages } of inbox.turns(signal)) {
      for (const { frames } of messages) worker.receive(frames);
      report();
      runner.wake();
      if (worker.stopped && !options.forever) break;
    }
  } finally {
    // Hand back what is not begun; the job that runs may come to its end, unless the batch is done
    await runner.leave(worker.stopped ? 0 : options.grace);
  }
}
