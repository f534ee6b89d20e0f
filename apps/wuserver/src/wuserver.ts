// Weather update server
// Binds XPUB socket to tcp://*:5556, a PUB socket that can tell what is subscribed to
// Publishes random weather updates
import { XPublisher } from "zeromq";
import {
  bindAll,
  formatWeather,
  formatZipcode,
  paced,
  type RoleContext,
  seededRandom,
  Subscriptions,
  within,
} from "zmq-common";

export interface WuserverOptions extends RoleContext {
  /** Endpoints to bind. */
  bind: string[];
  /** Updates a second; 0 for as many as possible. */
  rate: number;
  /** Makes the same updates again; none given: they are random. */
  seed?: number | undefined;
}

export async function wuserver({ bind, rate, seed, ...context }: WuserverOptions) {
  const { signal, log } = context;

  // Socket to publish on: it tells what is subscribed to, and is otherwise a PUB socket. It never makes us wait
  // (ZMQ_SNDTIMEO): a subscriber who is too slow misses what his queue has no room for
  using publisher = new XPublisher({ sendTimeout: 0 });
  const endpoints = await bindAll(publisher, bind, context);
  using subscriptions = new Subscriptions(publisher);
  log.info(`publishing on ${endpoints.join(", ")}`);

  const random = seededRandom(seed);
  await paced({ rate, signal, between: () => subscriptions.refresh() }, () => {
    // Get values that will fool the boss
    const zipcode = within(100_000, random);
    const temperature = within(215, random) - 80;
    const humidity = within(50, random) + 10;

    // Of the ten million a second that we can make, few are for a zip code that anyone wants: drop the others
    if (!subscriptions.want(formatZipcode(zipcode))) return undefined;

    // Send message to all subscribers
    return publisher.send(formatWeather({ zipcode, temperature, humidity }));
  });
}
