import { expect, test } from "@jest/globals";
import { Push } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { {{id}} } from "./{{name}}.js";

const collect = (endpoint: string, results?: number) => startRole({{id}}, { bind: [endpoint], results });

function pusher(endpoint: string): Push {
  const socket = new Push({ linger: 500 });
  socket.connect(endpoint);
  return socket;
}

test.each(transports())("collects results, and ends when it has them all, over %s", async (endpoint) => {
  await using sink = collect(endpoint, 2);
  using socket = pusher(await sink.endpoint());
  await socket.send("one");
  await socket.send("two");
  await sink.done;
  expect(sink.printed).toBe("Received one\nReceived two\n");
});

test("without a number of results, goes on until it is stopped", async () => {
  await using sink = collect("tcp://127.0.0.1:*");
  using socket = pusher(await sink.endpoint());
  await socket.send("one");
  await sink.until(() => sink.printed === "Received one\n");
  await sink.stop();
  await expect(sink.done).rejects.toThrow("stopped by the test");
});
