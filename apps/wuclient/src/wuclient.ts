// Weather update client
// Connects SUB socket to tcp://localhost:5556
// Collects weather updates and finds avg temp in zipcode
import { Subscriber } from "zeromq";
import { connectAll, Malformed, matches, messages, parseWeather, type RoleContext } from "zmq-common";

export interface WuclientOptions extends RoleContext {
  /** What to subscribe to: the beginning of the updates that are wanted. */
  filters: string[];
  /** Endpoints of the weather servers. */
  connect: string[];
  /** How many updates to collect for each filter. */
  updates: number;
}

export async function wuclient({ filters, connect, updates, ...context }: WuclientOptions) {
  const { signal, print, log } = context;

  // Socket to talk to servers; the updates of several arrive interleaved, "fair-queued"
  print("Collecting updates from weather server...\n");
  using subscriber = new Subscriber();
  connectAll(subscriber, connect, context, "wuserver");

  // Subscribe to zipcodes: without a subscription nothing comes, with several whatever matches any of them
  subscriber.subscribe(...filters);

  // Process updates until every filter has its share
  const averages = filters.map((filter) => ({ filter, prefix: Buffer.from(filter), count: 0, total: 0 }));
  using malformed = new Malformed(log);
  const onQuiet = (ms: number) => log.info(`no update for ${ms} ms from ${connect.join(", ")}; waiting`);

  for await (const message of messages(subscriber, { signal, onQuiet, flood: true })) {
    const update = parseWeather(message);
    if (update === undefined) {
      malformed.count("weather update", message);
      continue;
    }
    for (const average of averages) {
      if (average.count === updates || !matches(average.prefix, message)) continue;
      average.count += 1;
      average.total += update.temperature;
    }
    if (averages.every(({ count }) => count === updates)) break;
  }

  for (const { filter, total } of averages) {
    print(`Average temperature for zipcode '${filter}' was ${Math.trunc(total / updates)}F\n`);
  }
}
