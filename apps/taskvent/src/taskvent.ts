// Task ventilator
// Binds PUSH socket to tcp://*:5557
// Sends batch of tasks to workers via that socket
import { Push } from "zeromq";
import {
  bindEndpoints,
  closeOnAbort,
  connectAndWait,
  formatTask,
  PeerMonitor,
  type RoleContext,
  seededRandom,
  sSend,
  START_OF_BATCH,
  within,
} from "zmq-common";
import { waitForWorkers } from "./wait-for-workers.js";

export interface TaskventOptions {
  bind: string[];
  sink: string;
  tasks: number;
  /** How many workers to wait for. Default: waits for Enter on a terminal, else for one. */
  workers?: number | undefined;
  /** The same seed gives the same tasks. Default: a random one. */
  seed?: number | undefined;
}

export async function taskvent(options: TaskventOptions, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to send messages on
  using sender = new Push();
  const workers = new PeerMonitor(sender);
  const endpoints = await bindEndpoints(sender, options.bind, context);
  closeOnAbort(signal, sender);

  // Without this wait the first worker to connect would get most of the batch
  if (!(await waitForWorkers(workers, endpoints, options.workers, context))) return;
  print("Sending tasks to workers...\n");

  // Socket to send start of batch message on: the first message is "0"
  using sink = new Push();
  log.info(`waiting for the sink at ${options.sink}`);
  await connectAndWait(sink, [options.sink], context, "tasksink");
  await sSend(sink, START_OF_BATCH);

  // PUSH deals the tasks out evenly to the workers that are connected
  const random = seededRandom(options.seed);
  let total = 0; // Total expected cost in msecs
  for (let n = 0; n < options.tasks; n++) {
    const workload = within(100, random) + 1; // Random workload from 1 to 100 msecs
    total += workload;
    await sSend(sender, formatTask(workload));
  }
  print(`Total expected cost: ${total} msec\n`);

  // Leave when every task has been handed over, however long that takes
  sender.linger = -1;
}
