// Job sink
// Binds ROUTER socket to tcp://*:5562
// Counts each job once: writes it to the journal, and only then acknowledges it to the ventilator
import { Inbox, measureSink, openSinkJournal, Output, sendTo, Sink, SinkDisplay } from "jobs";
import { Router } from "zeromq";
import { bindEndpoints, MalformedMessages, type RoleContext } from "zmq-common";

export interface JobsinkOptions {
  bind: string[];
  /** A file for the results; `-` for stdout. */
  output?: string | undefined;
  /** A folder for the journal. */
  journal?: string | undefined;
  /** Whether the journal must survive a power failure, too. */
  sync: boolean;
}

export async function jobsink(options: JobsinkOptions, context: RoleContext) {
  const { signal, print, log } = context;
  using malformed = new MalformedMessages(log);

  // What is counted already, if there is an unfinished batch in the journal
  using journal = openSinkJournal(options);
  using output = new Output(options.output);
  output.restore(journal);
  const sink = new Sink({ journal, malformed });
  context.show(() => sink.shown);
  context.measure(() => measureSink(sink));

  // Socket to talk to the ventilator
  using receiver = new Router({ mandatory: true, sendTimeout: 0 });
  const endpoints = await bindEndpoints(receiver, options.bind, context);
  log.info(`waiting for a batch on ${endpoints.join(", ")}`);

  // Take everything that has come, then send everything that follows from it
  using display = await SinkDisplay.start(sink, { print, log, output: options.output });
  const inbox = new Inbox<Router>();
  inbox.add(receiver);
  for await (const { messages, now } of inbox.turns(signal)) {
    for (const { frames } of messages) sink.receive(frames);

    // This writes the journal, so that no ACK can be sent of what is not in it
    const { results } = sink.endTurn(now);
    for (const message of sink.toVentilators.splice(0)) sendTo(receiver, message);
    output.write(results);
    display.update();
    if (sink.ended) break;
  }
  display.finish();
}
