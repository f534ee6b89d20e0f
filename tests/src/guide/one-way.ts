/** What the types refuse. At run time these would stay pending forever: zeromq.js does not stop them. */
import type { Publisher, Subscriber } from "zeromq";

export async function receiveOnPub(publisher: Publisher): Promise<void> {
  // @ts-expect-error -- a PUB socket only sends
  await publisher.receive();
}

export async function sendOnSub(subscriber: Subscriber): Promise<void> {
  // @ts-expect-error -- a SUB socket only receives
  await subscriber.send("Hello");
}
