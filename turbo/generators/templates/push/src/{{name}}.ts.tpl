// {{title}}
// Binds PUSH socket to {{binds}}
// Sends a batch of tasks to workers via that socket
import { Push } from "zeromq";
import { bindEndpoints, closeOnAbort, PeerMonitor, type RoleContext, sSend } from "zmq-common";

export interface {{Id}}Options {
  bind: string[];
  /** How many tasks to send. */
  tasks: number;
  /** How many workers to wait for. */
  workers: number;
}

export async function {{id}}({ bind, tasks, workers }: {{Id}}Options, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to send tasks on
  using sender = new Push();
  const peers = new PeerMonitor(sender);
  const endpoints = await bindEndpoints(sender, bind, context);
  closeOnAbort(signal, sender);

  // Without this wait the first worker to connect would get most of the tasks
  log.info(`workers wanted: ${workers}, on ${endpoints.join(", ")}`);
  await peers.waitFor(workers, signal);

  // PUSH deals the tasks out evenly to the workers that are connected
  for (let n = 0; n < tasks; n++) {
    print(`Sending ${n}\n`);
    await sSend(sender, String(n));
  }

  // Leave when every task has been handed over, however long that takes
  sender.linger = -1;
}
