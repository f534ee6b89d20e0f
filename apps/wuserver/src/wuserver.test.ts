import { expect, test } from "@jest/globals";
import { Subscriber } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { wuserver } from "./wuserver.js";

const publish = (options: Partial<Parameters<typeof wuserver>[0]> = {}) =>
  startRole(wuserver, { bind: ["tcp://127.0.0.1:*"], rate: 0, ...options });

function subscribe(endpoint: string, ...filters: string[]): Subscriber {
  const socket = new Subscriber({ receiveTimeout: 5000 });
  socket.subscribe(...filters);
  socket.connect(endpoint);
  return socket;
}

async function take(socket: Subscriber, count: number): Promise<string[]> {
  const updates: string[] = [];
  while (updates.length < count) updates.push(String(await socket.receive()));
  return updates;
}

test.each(transports())("publishes weather updates over %s", async (endpoint) => {
  await using server = publish({ bind: [endpoint] });
  using socket = subscribe(await server.endpoint(), "");
  for (const update of await take(socket, 200)) {
    const [, zipcode, temperature, humidity] = /^(\d{5}) (-?\d+) (\d+)$/.exec(update)?.map(Number) ?? [];
    expect(zipcode).toBeLessThan(100_000);
    expect(temperature).toBeGreaterThanOrEqual(-80);
    expect(temperature).toBeLessThan(135);
    expect(humidity).toBeGreaterThanOrEqual(10);
    expect(humidity).toBeLessThan(60);
  }
  expect(server.printed).toBe("");
});

test("a subscriber gets only what it subscribed to", async () => {
  await using server = publish();
  using socket = subscribe(await server.endpoint(), "42");
  for (const update of await take(socket, 50)) expect(update).toMatch(/^42\d{3} /);
});

test("the same seed makes the same updates", async () => {
  // A subscriber misses the first updates, so two servers are compared where their streams overlap
  await using one = publish({ seed: 7, rate: 2000 });
  await using two = publish({ seed: 7, rate: 2000 });
  using first = subscribe(await one.endpoint(), "");
  using second = subscribe(await two.endpoint(), "");
  const [updates, others] = await Promise.all([take(first, 2000), take(second, 2000)]);
  const start = updates.indexOf(others[0] ?? "");
  const shift = start === -1 ? others.indexOf(updates[0] ?? "") : start;
  const [ahead, behind] = start === -1 ? [others, updates] : [updates, others];
  expect(shift).toBeGreaterThanOrEqual(0);
  expect(ahead.slice(shift)).toEqual(behind.slice(0, ahead.length - shift));
  expect(ahead.length - shift).toBeGreaterThan(100);
});

test("keeps to its rate", async () => {
  await using server = publish({ rate: 500 });
  using socket = subscribe(await server.endpoint(), "");
  await take(socket, 1);
  const start = performance.now();
  await take(socket, 250);
  // 250 updates at 500 a second are half a second; never much less, however busy the machine
  expect(performance.now() - start).toBeGreaterThan(400);
});

test("a stop ends it at full speed", async () => {
  await using server = publish();
  using socket = subscribe(await server.endpoint(), "");
  await take(socket, 1000);
  const start = performance.now();
  await server.stop();
  expect(performance.now() - start).toBeLessThan(1000);
  await expect(server.done).rejects.toThrow("stopped by the test");
});

test("a stop ends it while it waits for its pace", async () => {
  await using server = publish({ rate: 1 });
  await server.endpoint();
  await server.stop();
  await expect(server.done).rejects.toThrow("stopped by the test");
});
