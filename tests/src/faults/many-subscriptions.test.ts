/** wuclient (SUB) with more subscriptions than libzmq sends by itself, which are 1,000. */
import { expect, test } from "@jest/globals";
import { eventually, freeEndpoint, role, type RunningProcess } from "process-kit/jest";
import { XPublisher } from "zeromq";
import { bound, receive } from "../support/sockets.js";

/** Zip codes, each a subscription. */
function filters(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${String(n).padStart(5, "0")} `);
}

/** Receives what subscribers send until all of these are subscribed to. */
async function receiveAll(publisher: XPublisher, topics: readonly string[]): Promise<void> {
  const missing = new Set(topics);
  while (missing.size > 0) {
    const [message] = await receive(publisher);
    if (message?.[0] === 1) missing.delete(String(message.subarray(1)));
  }
}

function wuclient(connect: string | readonly string[], topics: readonly string[]): RunningProcess {
  return role("wuclient", { filters: topics, connect, updates: 1 });
}

test("20,000 subscriptions arrive at the publisher, and again after each reconnect", async () => {
  const topics = filters(20_000);
  const { socket: first, endpoint } = await bound(new XPublisher());
  const client = wuclient(endpoint, topics);
  await receiveAll(first, topics);
  first.close();
  for (let restarts = 0; restarts < 3; restarts++) {
    await client.untilLogged(/^lost the connection to /, { times: restarts + 1 });
    const next = new XPublisher({ receiveTimeout: 20_000, linger: 0 });
    await eventually(
      () =>
        next.bind(endpoint).then(
          () => true,
          () => false,
        ),
      "to bind again",
    );
    await receiveAll(next, topics);
    next.close();
  }
  await client.stop();
});

test("each of two publishers gets all of them", async () => {
  const topics = filters(3000);
  const [one, two] = [await bound(new XPublisher()), await bound(new XPublisher())];
  const client = wuclient([one.endpoint, two.endpoint], topics);
  await Promise.all([receiveAll(one.socket, topics), receiveAll(two.socket, topics)]);
  await client.stop();
});

test("wuclient completes 3,000 filters, although wuserver is restarted in the middle", async () => {
  const topics = filters(3000);
  const endpoint = await freeEndpoint();
  const first = role("wuserver", { bind: endpoint, rate: 20_000 });
  const client = wuclient(endpoint, topics);
  await first.untilLogged(/peers connected: 1/);
  await first.stop();
  const second = role("wuserver", { bind: endpoint });
  await client.done();
  expect(client.stdout.match(/^Average temperature for zipcode '\d{5} ' was -?\d+F$/gm)).toHaveLength(3000);
  await second.stop();
});
