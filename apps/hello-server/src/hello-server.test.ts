import { describe, expect, test } from "@jest/globals";
import { Dealer, Request } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { helloServer } from "./hello-server.js";

const defaults = { work: 0, reply: "World" };

const serve = (options: Partial<Parameters<typeof helloServer>[0]> = {}) =>
  startRole(helloServer, { bind: ["tcp://127.0.0.1:*"], ...defaults, ...options });

function client(endpoint: string): Request {
  const socket = new Request({ receiveTimeout: 5000, linger: 0 });
  socket.connect(endpoint);
  return socket;
}

test.each(transports())("answers every request with World over %s", async (endpoint) => {
  await using server = serve({ bind: [endpoint] });
  using socket = client(await server.endpoint());
  for (let n = 0; n < 3; n++) {
    await socket.send("Hello");
    expect(String(await socket.receive())).toBe("World");
  }
  expect(server.printed).toBe("Received Hello\n".repeat(3));
});

test("serves on every endpoint it is given", async () => {
  await using server = serve({ bind: ["tcp://127.0.0.1:*", "tcp://127.0.0.1:*"] });
  await server.endpoint();
  const endpoints = server.logged[0]?.msg.match(/tcp:\S+\d/g) ?? [];
  expect(endpoints).toHaveLength(2);
  for (const endpoint of endpoints) {
    using socket = client(endpoint);
    await socket.send("Hello");
    expect(String(await socket.receive())).toBe("World");
  }
});

describe("whatever the request", () => {
  test.each<[string, string | Buffer | string[], string]>([
    ["empty", "", "Received \n"],
    ["ended by a NUL, as a C string", "Hello\0", "Received Hello\n"],
    ["not UTF-8", Buffer.from([0xff, 0xfe]), "Received \ufffd\ufffd\n"],
    ["a terminal's control sequence", "\x1b[2Jhi", "Received \\x1b[2Jhi\n"],
    ["of several frames", ["Hello", "there"], "Received Hello\n"],
  ])("%s, it gets its reply", async (_, request, printed) => {
    await using server = serve();
    using socket = client(await server.endpoint());
    await socket.send(request);
    expect(String(await socket.receive())).toBe("World");
    expect(server.printed).toBe(printed);
  });
});

test("takes one request after another, however many come at once", async () => {
  await using server = serve({ work: 20 });
  // DEALER -> three requests at once -> REP: it answers them strictly in turn
  using dealer = new Dealer({ receiveTimeout: 5000, linger: 0 });
  dealer.connect(await server.endpoint());
  for (const name of ["one", "two", "three"]) await dealer.send(["", name]);
  for (let n = 1; n <= 3; n++) {
    expect(String((await dealer.receive())[1])).toBe("World");
    // The next request is taken up only after this reply has gone out
    expect(server.printed.split("\n").length - 1).toBeLessThanOrEqual(n + 1);
  }
  expect(server.printed).toBe("Received one\nReceived two\nReceived three\n");
});

test("a stop cuts the work short, and the client still gets its reply", async () => {
  await using server = serve({ work: 60_000 });
  using socket = client(await server.endpoint());
  await socket.send("Hello");
  await server.until(() => server.printed === "Received Hello\n");
  const reply = socket.receive();
  await server.stop();
  expect(String(await reply)).toBe("World");
});

test("a stop while it waits ends it", async () => {
  await using server = serve();
  await server.endpoint();
  await server.stop();
  await expect(server.done).rejects.toThrow("stopped by the test");
});

test("an address in use is an error that names it", async () => {
  await using server = serve();
  const endpoint = await server.endpoint();
  await using second = serve({ bind: [endpoint] });
  await expect(second.done).rejects.toThrow(`cannot bind ${endpoint}: address already in use`);
});
