// Task worker
// Connects PULL socket to tcp://localhost:5557
// Collects workloads from ventilator via that socket
// Connects PUSH socket to tcp://localhost:5558
// Sends results to sink via that socket
import { Pull, Push } from "zeromq";
import {
  closeOnAbort,
  connectAll,
  Malformed,
  messages,
  parseTask,
  Peers,
  RESULT,
  type RoleContext,
  sSend,
  sSleep,
} from "zmq-common";

export interface TaskworkOptions extends RoleContext {
  /** Endpoint of the ventilator. */
  vent: string;
  /** Endpoint of the sink. */
  sink: string;
}

export async function taskwork({ vent, sink, ...context }: TaskworkOptions) {
  const { signal, print, log } = context;

  // Socket to send messages to; whoever cannot reach the sink takes no tasks yet
  using sender = new Push();
  const sinks = new Peers(sender);
  connectAll(sender, [sink], context, "tasksink");
  closeOnAbort(signal, sender);
  log.info(`waiting for the sink at ${sink}`);
  await sinks.atLeast(1, signal);

  // Socket to receive messages on
  using receiver = new Pull();
  connectAll(receiver, [vent], context, "taskvent");
  log.info(`waiting for tasks from ${vent}`);

  // Process tasks forever
  using malformed = new Malformed(log);
  for await (const message of messages(receiver, { signal, flood: true })) {
    const workload = parseTask(message);
    if (workload === undefined) malformed.count("task", message);

    print(`${workload ?? "?"}.`); // Show progress
    await sSleep(workload ?? 0, signal); // Do the work
    signal.throwIfAborted(); // Work that was cut short is not confirmed
    await sSend(sender, RESULT); // Send results to sink
  }
}
