// Subscriber to numbers
// Connects SUB socket
// Notes which numbers it has missed
import { Subscriber } from "zeromq";
import { connectEndpoints, MalformedMessages, messages, type RoleContext } from "zmq-common";

export interface SubscribeOptions {
  connect: string[];
}

export async function subscribeToNumbers({ connect }: SubscribeOptions, context: RoleContext) {
  const { signal, print, log } = context;

  using subscriber = new Subscriber();
  connectEndpoints(subscriber, connect, context, "number-publisher");
  subscriber.subscribe();

  let [received, latest] = [0, 0];
  const missed: [label: string, first: number, last: number][] = [];
  context.show(() => [["received", received, latest], ...missed]);
  using malformed = new MalformedMessages(log);

  for await (const message of messages(subscriber, { signal })) {
    const [, number, numbers] = /^(\d{1,9}) of (\d{1,9})$/.exec(String(message[0])) ?? [];
    if (number === undefined) {
      malformed.record("number", message);
      continue;
    }
    received += 1;
    if (Number(number) > latest + 1) missed.push(["missed", latest + 1, Number(number) - 1]);
    latest = Number(number);
    if (number === numbers) break;
  }

  const ranges = missed.map(([, first, last]) => `${first} to ${last}`);
  print(`Received ${received} numbers, missed ${ranges.join(", ") || "none"}\n`);
}
