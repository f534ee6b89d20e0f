import type { Publisher, Subscriber } from "zeromq";
import { repeatUntil } from "./repeat.js";

let calls = 0;

/**
 * Waits until the publisher knows of every subscription, and every cancellation, that the subscriber has made
 * so far. A connection keeps their order: once a last subscription works, so do those before it.
 *
 * @returns The messages that came before; they are taken off the socket.
 */
export async function awaitSubscriptions(publisher: Publisher, subscriber: Subscriber): Promise<string[]> {
  const marker = `awaited ${(calls += 1)} `;
  subscriber.subscribe(marker);
  const before = receiveUntil(subscriber, `${marker}now`);

  await repeatUntil(before, () => publisher.send(`${marker}now`));
  // It may have come several times
  await publisher.send(`${marker}last`);
  await receiveUntil(subscriber, `${marker}last`);
  return before;
}

/** The messages up to `last`, which is left out. */
export async function receiveUntil(
  socket: { receive(): Promise<Buffer[]> },
  last: string,
): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const text = String((await socket.receive())[0]);
    if (text === last) return texts;
    texts.push(text);
  }
}
