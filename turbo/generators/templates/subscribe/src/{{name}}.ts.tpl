// {{title}}
// Connects SUB socket to {{peers.connect.endpoint}}
// Prints those updates of {{peers.connect.app}} that it subscribed to
import { Subscriber } from "zeromq";
import { connectEndpoints, messages, printable, type RoleContext } from "zmq-common";

export interface {{Id}}Options {
  /** Subscriptions: the beginnings of the updates to receive. */
  filters: string[];
  connect: string[];
  /** How many updates to receive. */
  updates: number;
}

export async function {{id}}({ filters, connect, updates }: {{Id}}Options, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to talk to publishers; the updates of several arrive interleaved ("fair-queued")
  using subscriber = new Subscriber();
  connectEndpoints(subscriber, connect, context, "{{peers.connect.app}}");

  // Without a subscription nothing arrives, with several whatever matches any of them
  subscriber.subscribe(...filters);

  let received = 0;
  const onIdle = (ms: number) => log.info(`no update for ${ms} ms from ${connect.join(", ")}; waiting`);
  for await (const [update] of messages(subscriber, { signal, onIdle })) {
    print(`${printable(update)}\n`);
    received += 1;
    if (received === updates) break;
  }
}
