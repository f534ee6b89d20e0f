import { expect, test } from "@jest/globals";
import { Subscriber } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { {{id}} } from "./{{name}}.js";

const start = (endpoint: string, rate = 1000) => startRole({{id}}, { bind: [endpoint], rate });

function subscriber(endpoint: string, topic: string): Subscriber {
  const socket = new Subscriber({ receiveTimeout: 5000 });
  socket.subscribe(topic);
  socket.connect(endpoint);
  return socket;
}

test.each(transports())("publishes numbers behind their topics over %s", async (endpoint) => {
  await using service = start(endpoint);
  using socket = subscriber(await service.endpoint(), "");
  const first = String(await socket.receive());
  expect(first).toMatch(/^(even|odd) \d+$/);
  const number = Number(first.split(" ")[1]) + 1;
  expect(String(await socket.receive())).toBe(`${number % 2 === 0 ? "even" : "odd"} ${number}`);
});

test("a subscriber gets only what it subscribed to", async () => {
  await using service = start("tcp://127.0.0.1:*");
  using socket = subscriber(await service.endpoint(), "odd");
  for (let n = 0; n < 10; n++) expect(String(await socket.receive())).toMatch(/^odd \d*[13579]$/);
});

test.each([0, 1])("a stop ends it at a rate of %i", async (rate) => {
  await using service = start("tcp://127.0.0.1:*", rate);
  await service.endpoint();
  await service.stop();
  await expect(service.done).rejects.toThrow("stopped by the test");
});
