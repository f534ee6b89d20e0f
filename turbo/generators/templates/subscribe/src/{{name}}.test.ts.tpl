import { expect, test } from "@jest/globals";
import { XPublisher } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { {{id}} } from "./{{name}}.js";

/** A publisher that knows when its subscriber is there: XPUB receives the subscriptions. */
async function publisher(endpoint = "tcp://127.0.0.1:*"): Promise<XPublisher> {
  const socket = new XPublisher({ receiveTimeout: 5000, linger: 0 });
  await socket.bind(endpoint);
  return socket;
}

const subscribe = (socket: XPublisher, filters: string[]) =>
  startRole({{id}}, { filters, connect: [socket.lastEndpoint ?? ""], updates: 2 });

test.each(transports())("prints what it subscribed to, and nothing else, over %s", async (endpoint) => {
  using socket = await publisher(endpoint);
  await using client = subscribe(socket, ["odd"]);
  expect(String(await socket.receive())).toBe("\u0001odd");
  for (const update of ["odd 1", "even 2", "odd 3"]) await socket.send(update);
  await client.done;
  expect(client.printed).toBe("odd 1\nodd 3\n");
});

test("says what it waits for when nothing comes, and stops when it is told to", async () => {
  using socket = await publisher();
  await using client = subscribe(socket, [""]);
  await client.until(() => client.logged.length > 0);
  expect(client.logged[0]?.msg).toMatch(/^no update for \d+ ms from tcp:\S+; waiting$/);
  await client.stop();
  await expect(client.done).rejects.toThrow("stopped by the test");
});
