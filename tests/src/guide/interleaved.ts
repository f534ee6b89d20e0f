import type { Readable, Writable } from "zeromq";

/**
 * Has one sender queue many messages and then the other a few, all before the first is received.
 *
 * @returns Whose message came when: a letter each, `L` of the loud one, `q` of the quiet one.
 */
export async function interleaved(loud: Writable, quiet: Writable, receiver: Readable): Promise<string> {
  for (let n = 0; n < 10_000; n++) await loud.send("L");
  for (let n = 0; n < 100; n++) await quiet.send("q");
  let order = "";
  while (order.length < 10_100) order += String((await receiver.receive())[0]);
  return order;
}
