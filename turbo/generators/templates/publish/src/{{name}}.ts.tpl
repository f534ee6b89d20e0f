// {{title}}
// Binds PUB socket to {{binds}}
// Publishes numbers, each behind its topic
import { Publisher } from "zeromq";
import { bindEndpoints, bursts, type RoleContext, sSend } from "zmq-common";

export interface {{Id}}Options {
  bind: string[];
  /** Updates a second; 0 for as many as possible. */
  rate: number;
}

export async function {{id}}({ bind, rate }: {{Id}}Options, context: RoleContext) {
  const { signal, log } = context;

  // Socket to publish on. A send never waits: slow subscribers miss updates that do not fit their queues
  using publisher = new Publisher();
  const endpoints = await bindEndpoints(publisher, bind, context);
  log.info(`publishing on ${endpoints.join(", ")}`);

  let number = 0;
  for await (const due of bursts({ rate, signal })) {
    for (let n = 0; n < due; n++) {
      // A subscription is a prefix of the updates it asks for: so the topic comes first
      const topic = number % 2 === 0 ? "even" : "odd";
      await sSend(publisher, `${topic} ${number}`);
      number += 1;
    }
  }
}
