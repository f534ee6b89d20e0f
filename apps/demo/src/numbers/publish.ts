// Numbered publisher
// Binds XPUB socket: a PUB socket that can see its subscriptions
// Publishes the numbers from 1 on, and waits for nobody, unless it is told to
import { XPublisher } from "zeromq";
import { bindEndpoints, bursts, messages, type RoleContext, sSend } from "zmq-common";

export interface PublishOptions {
  bind: string[];
  /** How many numbers there are. */
  numbers: number;
  /** Numbers a second. */
  rate: number;
  /** How many subscribers to wait for. */
  subscribers: number;
}

export async function publishNumbers(options: PublishOptions, context: RoleContext) {
  const { numbers, rate, subscribers } = options;
  const { signal, print, log } = context;

  // Each subscription is to be seen, also where there is the same one already (ZMQ_XPUB_VERBOSE)
  using publisher = new XPublisher({ verbosity: "allSubs" });
  let published = 0;
  context.show(() => [
    ["published", published, numbers],
    ["awaited", subscribers, 0],
  ]);
  const endpoints = await bindEndpoints(publisher, options.bind, context);

  // Node coordination: who is to miss nothing must have subscribed before the first number
  if (subscribers > 0) {
    log.info(`waiting for ${subscribers} subscribers on ${endpoints.join(", ")}`);
    let subscribed = 0;
    for await (const [frame] of messages(publisher, { signal })) {
      if (frame?.[0] === 1 && (subscribed += 1) === subscribers) break;
    }
  }

  for await (const due of bursts({ rate, signal })) {
    for (let n = 0; n < due && published < numbers; n++) {
      published += 1;
      await sSend(publisher, `${published} of ${numbers}`);
      if (published % 100 === 0) print(`Published ${published}\n`);
    }
    if (published === numbers) break;
  }
}
