// Weather update client
// Connects SUB socket to tcp://localhost:5556
// Collects weather updates and finds avg temp in zipcode
import { Subscriber } from "zeromq";
import { connectEndpoints, MalformedMessages, messages, parseWeather, type RoleContext } from "zmq-common";
import { Averages } from "./averages.js";

export interface WuclientOptions {
  /** Subscriptions: the beginnings of the updates to collect. */
  filters: string[];
  connect: string[];
  /** How many updates to collect for each filter. */
  updates: number;
}

export async function wuclient({ filters, connect, updates }: WuclientOptions, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to talk to servers; with several, their updates arrive interleaved ("fair-queued")
  print("Collecting updates from weather server...\n");
  using subscriber = new Subscriber();
  connectEndpoints(subscriber, connect, context, "wuserver");

  // Subscribe to zipcodes: without a subscription nothing arrives, with several whatever matches one of them
  subscriber.subscribe(...filters);

  // Process updates until every filter has enough
  const averages = new Averages(filters, updates);
  context.show(() => averages.soFar());
  using malformed = new MalformedMessages(log);
  const onIdle = (ms: number) => log.info(`no update for ${ms} ms from ${connect.join(", ")}; waiting`);

  for await (const message of messages(subscriber, { signal, onIdle, burst: true })) {
    const update = parseWeather(message);
    if (update === undefined) malformed.record("weather update", message);
    else averages.add(update.temperature, message);
    if (averages.complete) break;
  }

  for (const { filter, temperature } of averages) {
    print(`Average temperature for zipcode '${filter}' was ${temperature}F\n`);
  }
}
