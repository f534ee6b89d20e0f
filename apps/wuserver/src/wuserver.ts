// Weather update server
// Binds XPUB socket to tcp://*:5556: a PUB socket that can see its subscriptions
// Publishes random weather updates
import { XPublisher } from "zeromq";
import {
  bindEndpoints,
  bursts,
  formatWeather,
  formatZipcode,
  type RoleContext,
  seededRandom,
  sSleep,
  Subscriptions,
  within,
} from "zmq-common";

export interface WuserverOptions {
  bind: string[];
  /** Updates a second; 0 for as many as possible. */
  rate: number;
  /** The same seed gives the same updates. Default: a random one. */
  seed?: number | undefined;
}

export async function wuserver({ bind, rate, seed }: WuserverOptions, context: RoleContext) {
  const { signal, log } = context;

  // Socket to publish on. A publisher never waits for its subscribers: slow ones miss updates that do not fit their
  // queues. With ZMQ_SNDTIMEO 0 each send is done at once, so that a burst of them can be awaited together
  using publisher = new XPublisher({ sendTimeout: 0 });
  const endpoints = await bindEndpoints(publisher, bind, context);
  using subscriptions = new Subscriptions(publisher);
  log.info(`publishing on ${endpoints.join(", ")}`);

  const random = seededRandom(seed); // Initialize random number generator
  for await (const due of bursts({ rate, signal })) {
    await subscriptions.update();
    // No subscribers: let other programs run. The updates are made all the same, so that a seed stays a seed
    if (subscriptions.size === 0) await sSleep(1, signal);
    await Promise.all(publish(due));
  }

  // In a function of its own: in an async one V8 takes a quarter longer for this loop
  function publish(updates: number) {
    const sending: Promise<void>[] = [];
    for (let n = 0; n < updates; n++) {
      // Get values that will fool the boss
      const zipcode = within(100_000, random);
      const temperature = within(215, random) - 80;
      const humidity = within(50, random) + 10;

      // Of the ten million a second that we can make, few are for a zip code that anyone wants: skip the others
      if (!subscriptions.isWanted(formatZipcode(zipcode))) continue;

      // Send message to all subscribers
      sending.push(publisher.send(formatWeather({ zipcode, temperature, humidity })));
    }
    return sending;
  }
}
