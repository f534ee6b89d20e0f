// Task ventilator
// Binds PUSH socket to tcp://localhost:5557
// Sends batch of tasks to workers via that socket
import { Push } from "zeromq";
import {
  bindAll,
  closeOnAbort,
  connectAll,
  formatTask,
  Peers,
  pressEnter,
  type RoleContext,
  seededRandom,
  sSend,
  START_OF_BATCH,
  within,
} from "zmq-common";

export interface TaskventOptions extends RoleContext {
  /** Endpoints to bind. */
  bind: string[];
  /** Endpoint of the sink. */
  sink: string;
  /** How many tasks make the batch. */
  tasks: number;
  /** How many workers to wait for; none given: until Enter is pressed. */
  workers?: number | undefined;
  /** Makes the same tasks again; none given: they are random. */
  seed?: number | undefined;
  /** Where Enter is pressed. */
  input: NodeJS.ReadableStream;
}

export async function taskvent({ bind, sink, tasks, workers, seed, input, ...context }: TaskventOptions) {
  const { signal, print, log } = context;

  // Socket to send messages on
  using sender = new Push();
  const connected = new Peers(sender);
  const endpoints = await bindAll(sender, bind, context);

  // Socket to send start of batch message on, as soon as the sink is there (ZMQ_IMMEDIATE)
  using starter = new Push({ immediate: true });
  connectAll(starter, [sink], context, "tasksink");
  closeOnAbort(signal, sender, starter);

  // Without this wait the first worker to connect would get most of the batch
  log.info(`workers wanted: ${workers ?? "any number"}, on ${endpoints.join(", ")}`);
  if (workers === undefined) {
    print("Press Enter when the workers are ready: ");
    if (!(await pressEnter(input, signal))) return;
  } else {
    await connected.atLeast(workers, signal);
  }
  print("Sending tasks to workers...\n");

  // The first message is "0" and signals start of batch
  log.info(`waiting for the sink at ${sink}`);
  await sSend(starter, START_OF_BATCH);

  // PUSH deals the tasks out evenly to the workers that are connected
  log.info(`sending ${tasks} tasks to ${connected.count} workers`);
  const random = seededRandom(seed);
  let total = 0; // Total expected cost in msecs
  for (let n = 0; n < tasks; n++) {
    // Random workload from 1 to 100 msecs
    const workload = within(100, random) + 1;
    total += workload;
    await sSend(sender, formatTask(workload));
  }
  print(`Total expected cost: ${total} msec\n`);

  // Leave when every task has been handed over, however long that takes
  sender.linger = -1;
}
