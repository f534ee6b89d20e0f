// Job ventilator
// Binds ROUTER socket to tcp://*:5561, connects DEALER socket to tcp://localhost:5562
// Gives jobs to workers as they ask for them, and passes their results on to the sink
import * as jobs from "jobs";
import { type Dealer, Router } from "zeromq";
import { bindEndpoints, MalformedMessages, type RoleContext } from "zmq-common";

export interface JobventOptions extends jobs.BatchOptions {
  bind: string[];
  sink: string;
  /** How many workers to wait for. */
  workers: number;
  /** After how many failures a job is dead. */
  attempts: number;
}

export async function jobvent(options: JobventOptions, context: RoleContext) {
  const { signal, print, log } = context;
  using malformed = new MalformedMessages(log);

  // The jobs: those of the journal, if there is an unfinished batch in it
  using journal = await jobs.openBatch(options, () => context.input);
  const cost = jobs.describeCost(options, journal.batch);
  const onStart = () => print(`Sending jobs to workers...\n${cost}`);

  // Socket to talk to workers: a send that would have to wait for one of them fails instead
  using workers = new Router({ mandatory: true, sendTimeout: 0 });
  const beats = !jobs.reportLostPeers(workers);
  const endpoints = await bindEndpoints(workers, options.bind, context);
  log.info(`waiting for ${options.workers} workers on ${endpoints.join(", ")}`);

  // Where every job is, and what is to be sent next: its source has a drawing
  const ventilator = new jobs.Ventilator({ ...options, journal, beats, log, malformed, onStart });
  context.measure(() => jobs.measureVentilator(ventilator));
  using _progress = jobs.logProgress(() => ventilator.progress, context);

  // Socket to talk to the sink; a new one for each connection, which begins with what batch it is
  const inbox = new jobs.Inbox<Dealer | Router>();
  inbox.add(workers);
  using sink = new jobs.FreshDealer(options.sink, context, "jobsink", (socket) => {
    ventilator.sinkConnected();
    inbox.add(socket);
  });

  // Take everything that has come, then send everything that follows from it
  for await (const { messages, now } of inbox.turns(signal)) {
    for (const { socket, frames } of messages) {
      if (socket === workers) ventilator.fromWorker(frames, now);
      else if (socket === sink.socket) ventilator.fromSink(frames);
    }
    ventilator.endTurn(now);
    for (const message of ventilator.toWorkers.splice(0)) {
      jobs.sendTo(workers, message, (isGone) => ventilator.undelivered(message, isGone));
    }
    for (const frames of ventilator.toSink.splice(0)) sink.send(frames);
    if (ventilator.stopped) break;
  }
  // The sink has everything, and the workers are told to stop
  journal.end();
}
