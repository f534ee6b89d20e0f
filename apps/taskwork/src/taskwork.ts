// Task worker
// Connects PULL socket to tcp://localhost:5557
// Collects workloads from ventilator via that socket
// Connects PUSH socket to tcp://localhost:5558
// Sends results to sink via that socket
import { Pull, Push } from "zeromq";
import {
  closeOnAbort,
  connectAndWait,
  connectEndpoints,
  MalformedMessages,
  messages,
  parseTask,
  RESULT,
  type RoleContext,
  sSend,
  sSleep,
} from "zmq-common";

export interface TaskworkOptions {
  vent: string;
  sink: string;
}

export async function taskwork({ vent, sink }: TaskworkOptions, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to send messages to; take no tasks until the sink is connected. A signal ends a send that waits
  using sender = new Push();
  closeOnAbort(signal, sender);
  log.info(`waiting for the sink at ${sink}`);
  await connectAndWait(sender, [sink], context, "tasksink");

  // Socket to receive messages on
  using receiver = new Pull();
  connectEndpoints(receiver, [vent], context, "taskvent");
  log.info(`waiting for tasks from ${vent}`);

  // Process tasks forever
  using malformed = new MalformedMessages(log);
  for await (const message of messages(receiver, { signal, burst: true })) {
    const workload = parseTask(message);
    // It is confirmed all the same, or the batch would never end
    if (workload === undefined) malformed.record("task", message);

    print(`${workload ?? "?"}.`); // Show progress
    await sSleep(workload ?? 0, signal); // Do the work
    signal.throwIfAborted(); // Work that was cut short is not confirmed
    await sSend(sender, RESULT); // Send results to sink
  }
}
