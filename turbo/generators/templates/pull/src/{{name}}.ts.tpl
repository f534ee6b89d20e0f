// {{title}}
// Binds PULL socket to {{binds}}
// Collects results from workers via that socket
import { Pull } from "zeromq";
import { bindEndpoints, messages, printable, type RoleContext } from "zmq-common";

export interface {{Id}}Options {
  bind: string[];
  /** How many results to collect. Default: goes on until it is stopped. */
  results?: number | undefined;
}

export async function {{id}}({ bind, results }: {{Id}}Options, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to receive results on; PULL takes from all workers in turn ("fair-queued")
  using receiver = new Pull();
  const endpoints = await bindEndpoints(receiver, bind, context);
  log.info(`waiting for results on ${endpoints.join(", ")}`);

  let received = 0;
  for await (const [result] of messages(receiver, { signal })) {
    print(`Received ${printable(result)}\n`);
    received += 1;
    if (received === results) break;
  }
}
