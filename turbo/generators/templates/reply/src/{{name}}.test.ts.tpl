import { expect, test } from "@jest/globals";
import { Request } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { {{id}} } from "./{{name}}.js";

const serve = (endpoint: string) => startRole({{id}}, { bind: [endpoint], reply: "World" });

function client(endpoint: string): Request {
  const socket = new Request({ receiveTimeout: 5000, linger: 0 });
  socket.connect(endpoint);
  return socket;
}

test.each(transports())("answers every request over %s", async (endpoint) => {
  await using server = serve(endpoint);
  using socket = client(await server.endpoint());
  for (let n = 0; n < 3; n++) {
    await socket.send(`Hello ${n}`);
    expect(String(await socket.receive())).toBe("World");
  }
  expect(server.printed).toBe("Received Hello 0\nReceived Hello 1\nReceived Hello 2\n");
});

test("a stop while it waits ends it", async () => {
  await using server = serve("tcp://127.0.0.1:*");
  await server.endpoint();
  await server.stop();
  await expect(server.done).rejects.toThrow("stopped by the test");
});
