import { expect, test } from "@jest/globals";
import { Reply } from "zeromq";
import { rebind, startRole, transports } from "zmq-common/testing";
import { {{id}} } from "./{{name}}.js";

const ask = (endpoint: string, timeout = 5000) =>
  startRole({{id}}, { connect: [endpoint], requests: 2, message: "Hello", timeout });

async function server(endpoint: string): Promise<Reply> {
  const socket = new Reply({ receiveTimeout: 5000, linger: 500 });
  await rebind(socket, endpoint);
  return socket;
}

/** Takes a request, and answers it. */
async function answer(socket: Reply): Promise<string> {
  const [message] = await socket.receive();
  await socket.send("World");
  return String(message);
}

test.each(transports())("sends a request and waits for its answer, twice, over %s", async (endpoint) => {
  using socket = await server(endpoint);
  await using client = ask(socket.lastEndpoint ?? "");
  expect(await answer(socket)).toBe("Hello");
  expect(await answer(socket)).toBe("Hello");
  await client.done;
  expect(client.printed).toBe(
    "Sending Hello 0...\nReceived World 0\nSending Hello 1...\nReceived World 1\n",
  );
});

test("asks again when no answer comes", async () => {
  // The first server takes the request and dies with it; the second one answers
  const first = await server("tcp://127.0.0.1:*");
  const endpoint = first.lastEndpoint ?? "";
  await using client = ask(endpoint, 200);
  await first.receive();
  first.close();
  using second = await server(endpoint);
  await answer(second);
  await client.until(() => client.printed.includes("Received World 0\n"));
});

test("a stop while it waits ends it", async () => {
  using socket = await server("tcp://127.0.0.1:*");
  await using client = ask(socket.lastEndpoint ?? "");
  await socket.receive();
  await client.stop();
  await expect(client.done).rejects.toThrow("stopped by the test");
});
