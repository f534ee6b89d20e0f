// Task sink
// Binds PULL socket to tcp://*:5558
// Collects results from workers via that socket
import { Pull } from "zeromq";
import { bindEndpoints, receiveStartOfBatch, resultsOfBatch, type RoleContext, sClock } from "zmq-common";

export interface TasksinkOptions {
  bind: string[];
  /** How many results make the batch. */
  tasks: number;
  /** How long to wait for each result before giving up, in milliseconds. Default: waits forever. */
  timeout?: number | undefined;
}

export async function tasksink({ bind, tasks, timeout }: TasksinkOptions, context: RoleContext) {
  const { signal, print, log } = context;

  // Prepare our socket; PULL takes from all workers in turn ("fair-queued")
  using receiver = new Pull();
  const endpoints = await bindEndpoints(receiver, bind, context);

  let results = 0;
  const progress = () => `${results} of ${tasks} results came`;
  const onIdle = (ms: number) => log.info(`${progress()}; none for ${ms} ms, waiting`);
  const onTimeout = (ms: number) => new Error(`${progress()}; gave up after ${ms} ms without one`);

  // Wait for start of batch; results that workers have left of an earlier one do not start it
  log.info(`waiting for the start of the batch on ${endpoints.join(", ")}`);
  const overtaking = await receiveStartOfBatch(receiver, tasks, context);

  // Start our clock now
  const start = sClock();

  // Process confirmations
  const options = { signal, log, timeout, onIdle, onTimeout, burst: true };
  for await (const _ of resultsOfBatch(receiver, tasks, overtaking, options)) {
    print(results % 10 === 0 ? ":" : ".");
    results += 1;
    if (results === tasks) break;
  }
  // Calculate and report duration of batch
  print(`\nTotal elapsed time: ${sClock() - start} msec\n`);
}
