import { expect, test } from "@jest/globals";
import { Reply } from "zeromq";
import { rebind, startRole, transports } from "zmq-common/testing";
import { helloClient } from "./hello-client.js";

const ask = (connect: string[], options: Partial<Parameters<typeof helloClient>[0]> = {}) =>
  startRole(helloClient, { connect, requests: 10, message: "Hello", timeout: 2500, ...options });

/** Binds a REP socket that answers one request with each of the replies, then no more. */
async function server(endpoint: string, replies: string[]): Promise<{ socket: Reply; requests: string[] }> {
  const socket = new Reply({ linger: 500 });
  await rebind(socket, endpoint);
  const requests: string[] = [];
  void (async () => {
    for (const reply of replies) {
      requests.push(String(await socket.receive()));
      await socket.send(reply);
    }
  })().catch(() => {});
  return { socket, requests };
}

test.each(transports())("sends Hello ten times and waits for each reply over %s", async (endpoint) => {
  const { socket, requests } = await server(
    endpoint,
    Array.from({ length: 10 }, () => "World"),
  );
  using _ = socket;
  await using client = ask([socket.lastEndpoint ?? ""]);
  await client.done;
  const exchanges = Array.from({ length: 10 }, (__, n) => `Sending Hello ${n}...\nReceived World ${n}\n`);
  expect(client.printed).toBe(`Connecting to hello world server...\n${exchanges.join("")}`);
  expect(requests).toEqual(Array.from({ length: 10 }, () => "Hello"));
});

test("prints what it sent and what it got, fit for a terminal", async () => {
  const { socket } = await server("tcp://127.0.0.1:*", ["Wo\x1b[31mrld"]);
  using _ = socket;
  await using client = ask([socket.lastEndpoint ?? ""], { requests: 1, message: "Hi" });
  await client.done;
  expect(client.printed).toContain("Sending Hi 0...\nReceived Wo\\x1b[31mrld 0\n");
});

test("asks again on a fresh socket when no reply comes, and says so", async () => {
  // The first server takes the request and dies with it; the second one answers
  const first = await server("tcp://127.0.0.1:*", []);
  const endpoint = first.socket.lastEndpoint ?? "";
  await using client = ask([endpoint], { requests: 1, timeout: 200 });
  await first.socket.receive();
  first.socket.close();
  const warning = `no reply from ${endpoint} within 200 ms; trying again`;
  await client.until(() => client.logged.some(({ msg }) => msg === warning));

  const second = await server(
    endpoint,
    Array.from({ length: 9 }, () => "World"),
  );
  using _ = second.socket;
  await client.done;
  expect(client.printed).toContain("Received World 0\n");
});

test("gives up after that many tries, naming the server", async () => {
  const { socket } = await server("tcp://127.0.0.1:*", []);
  using _ = socket;
  const endpoint = socket.lastEndpoint ?? "";
  await using client = ask([endpoint], { timeout: 50, retries: 3 });
  await expect(client.done).rejects.toThrow(`no reply from ${endpoint}: tried 3 times, 50 ms each`);
});

test.each([
  ["for a server that is not there", false],
  ["for a reply", true],
])("a stop while it waits %s ends it", async (_, there) => {
  const { socket } = await server("tcp://127.0.0.1:*", []);
  const endpoint = socket.lastEndpoint ?? "";
  if (!there) socket.close();
  await using client = ask([endpoint], { timeout: 60_000 });
  if (there) await socket.receive();
  await client.stop();
  await expect(client.done).rejects.toThrow("stopped by the test");
  socket.close();
});
