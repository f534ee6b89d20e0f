import { expect, test } from "@jest/globals";
import { Pull } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { {{id}} } from "./{{name}}.js";

// inproc does not tell how many workers are connected
const counted = transports().filter((transport) => !transport.startsWith("inproc"));

const start = (endpoint: string, workers: number) =>
  startRole({{id}}, { bind: [endpoint], tasks: 10, workers });

function puller(endpoint: string): Pull {
  const socket = new Pull({ receiveTimeout: 5000 });
  socket.connect(endpoint);
  return socket;
}

async function take(socket: Pull, count: number): Promise<number[]> {
  const taken: number[] = [];
  while (taken.length < count) taken.push(Number(String(await socket.receive())));
  return taken;
}

test.each(counted)("deals its tasks out evenly, once all workers are there, over %s", async (endpoint) => {
  await using vent = start(endpoint, 2);
  using first = puller(await vent.endpoint());
  await vent.until(() => vent.logged.some(({ msg }) => msg === "peers connected: 1"));
  expect(vent.printed).toBe("");
  using second = puller(await vent.endpoint());
  const shares = await Promise.all([take(first, 5), take(second, 5)]);
  await vent.done;
  expect(shares.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("a stop while it waits for workers ends it", async () => {
  await using vent = start("tcp://127.0.0.1:*", 1);
  await vent.endpoint();
  await vent.stop();
  await expect(vent.done).rejects.toThrow("stopped by the test");
});
