// Weather update server
// Binds PUB socket to tcp://*:5556
// Publishes random weather updates
import { Publisher } from "zeromq";
import { bindAll, formatWeather, paced, type RoleContext, seededRandom, within } from "zmq-common";

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

  // Socket to publish on: whoever subscribes to nothing gets nothing, and without subscribers all is dropped
  using publisher = new Publisher();
  const endpoints = await bindAll(publisher, bind, context);
  log.info(`publishing on ${endpoints.join(", ")}`);

  const random = seededRandom(seed);
  for await (const _ of paced(rate, signal)) {
    // Get values that will fool the boss
    const zipcode = within(100_000, random);
    const temperature = within(215, random) - 80;
    const humidity = within(50, random) + 10;

    // Send message to all subscribers
    await publisher.send(formatWeather({ zipcode, temperature, humidity }));
  }
}
