import { once } from "node:events";
import { expect, test } from "@jest/globals";
import { Pull, Push } from "zeromq";
import "./closing.js";
import { monitor } from "./monitor.js";

test("tells all its listeners, of each event once", async () => {
  using pull = new Pull();
  const events = monitor(pull);
  expect(monitor(pull)).toBe(events);
  const told: string[] = [];
  for (const listener of ["one", "another"]) events.on("accept", () => told.push(listener));
  await pull.bind("tcp://127.0.0.1:*");
  using push = new Push();
  push.connect(pull.lastEndpoint ?? "");
  await once(events, "handshake");
  expect(told).toEqual(["one", "another"]);
});

test("ends with its socket, after the time it lingers", async () => {
  using push = new Push({ linger: 200 });
  const ended = once(monitor(push), "end");
  await push.bind("tcp://127.0.0.1:*");
  // With what it is sent not read, its connection takes no more
  using pull = new Pull({ receiveHighWaterMark: 1 });
  pull.connect(push.lastEndpoint ?? "");
  for (let n = 0; n < 100; n++) await push.send(Buffer.alloc(1_000_000));
  const start = performance.now();
  push.close();
  await ended;
  expect(performance.now() - start).toBeGreaterThan(150);
});
