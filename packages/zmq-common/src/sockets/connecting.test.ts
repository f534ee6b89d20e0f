import { existsSync } from "node:fs";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { describe, expect, test } from "@jest/globals";
import { capability, Pull, Push, Reply, Request } from "zeromq";
import { bindEndpoints, connectEndpoints } from "./connecting.js";
import { markAsDefaults } from "./default-endpoints.js";
import { EndpointError } from "./endpoints.js";
import { PeerMonitor } from "./peers.js";
import { greeting } from "../testing/greeting.js";
import { rebind } from "../testing/rebind.js";
import { startRole } from "../testing/role.js";

const EXPECTED = "expected tcp://host:port (port 0 to 65535), ipc://path or inproc://name";

describe("bindEndpoints", () => {
  test("binds every endpoint, and says where", async () => {
    using pull = new Pull();
    const endpoints = await bindEndpoints(pull, ["tcp://127.0.0.1:*", "tcp://127.0.0.1:*"]);
    expect(new Set(endpoints).size).toBe(2);
    for (const endpoint of endpoints) {
      expect(endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
      using push = new Push({ linger: 500 });
      push.connect(endpoint);
      await push.send(endpoint);
      expect(String(await pull.receive())).toBe(endpoint);
    }
  });

  test("names the endpoint that is in use", async () => {
    using first = new Pull();
    const [endpoint = ""] = await bindEndpoints(first, ["tcp://127.0.0.1:*"]);
    using second = new Pull();
    const bound = bindEndpoints(second, ["tcp://127.0.0.1:*", endpoint]);
    await expect(bound).rejects.toThrow(EndpointError);
    await expect(bound).rejects.toMatchObject({
      message: `cannot bind ${endpoint}: address already in use`,
      endpoint,
      cause: { code: "EADDRINUSE" },
    });
  });

  test.each([
    ["tcp://192.0.2.1:5555", "this machine has no such address"],
    ["tcp://no-such-interface:5555", "this machine has no such address or interface"],
    ...(capability.ipc ? [["ipc:///no/such/folder/weather.ipc", "no such directory"]] : []),
    ...(capability.ipc
      ? [
          ["ipc:///dev/null/weather.ipc", "Not a directory"],
          [`ipc:///tmp/${"x".repeat(200)}`, "File name too long"],
        ]
      : []),
    ["tcp://*:99999", EXPECTED],
  ])("says of %s why it cannot be bound", async (endpoint, reason) => {
    using pull = new Pull();
    await expect(bindEndpoints(pull, [endpoint])).rejects.toThrow(`cannot bind ${endpoint}: ${reason}`);
  });

  (capability.ipc ? describe : describe.skip)("an ipc file", () => {
    const file = () => join(tmpdir(), `${process.pid}-${Math.random()}.ipc`);

    test("is gone with its socket", async () => {
      const path = file();
      {
        using pull = new Pull();
        await bindEndpoints(pull, [`ipc://${path}`]);
        expect(existsSync(path)).toBe(true);
      }
      expect(existsSync(path)).toBe(false);
    });

    test("that another socket has bound in the meantime stays", async () => {
      const path = file();
      const first = new Pull();
      await bindEndpoints(first, [`ipc://${path}`]);
      // A program that takes the path over, as libzmq lets it
      using second = new Pull();
      await second.bind(`ipc://${path}`);
      first[Symbol.dispose]();
      expect(existsSync(path)).toBe(true);
    });
  });

  test("a message over the limit cuts its sender off, and the next one is served", async () => {
    using pull = new Pull({ receiveTimeout: 5000 });
    const endpoints = await bindEndpoints(pull, ["tcp://127.0.0.1:*"]);
    using big = new Push({ linger: 0 });
    connectEndpoints(big, endpoints);
    await big.send(Buffer.alloc(1024 * 1024 + 1));
    using small = new Push({ linger: 0 });
    connectEndpoints(small, endpoints);
    await small.send("good");
    expect(String(await pull.receive())).toBe("good");
  });
});

describe("of the defaults of an option,", () => {
  /** Binds two endpoints as a role does, and returns what it warns of. */
  async function warnings(endpoints: string[]): Promise<string[]> {
    await using role = startRole(async (_, context) => {
      using pull = new Pull();
      await bindEndpoints(pull, endpoints, context);
    }, {});
    await role.done;
    return role.logged.filter(({ level }) => level === 40).map(({ msg }) => msg);
  }

  test("one that cannot be bound is a warning, as long as another can", async () => {
    const endpoints = ["tcp://192.0.2.1:5555", "tcp://127.0.0.1:*"];
    const failure = "cannot bind tcp://192.0.2.1:5555: this machine has no such address";
    expect(await warnings(markAsDefaults([...endpoints]))).toEqual([`${failure}; going on without it`]);
    expect(await warnings(markAsDefaults(endpoints.toReversed()))).toHaveLength(1);
    await expect(warnings(endpoints)).rejects.toThrow(failure);
  });

  test("none that can be bound is an error", async () => {
    const endpoints = markAsDefaults(["tcp://192.0.2.1:5555", "tcp://198.51.100.1:5555"]);
    await expect(warnings(endpoints)).rejects.toThrow("cannot bind tcp://192.0.2.1:5555");
  });

  (capability.ipc ? test : test.skip)("one with a file in the way is an error", async () => {
    const endpoints = markAsDefaults(["tcp://127.0.0.1:*", `ipc://${import.meta.filename}`]);
    await expect(warnings(endpoints)).rejects.toThrow("a file is in the way");
  });
});

describe("an endpoint that all can reach without a key", () => {
  test.each<[string, boolean]>([
    ["tcp://*:*", true],
    ["tcp://0.0.0.0:*", true],
    ["tcp://127.0.0.1:*", false],
    ["inproc://here", false],
  ])("is warned of (%s: %s)", async (endpoint, open) => {
    await using role = startRole(async (_, context) => {
      using pull = new Pull();
      await bindEndpoints(pull, [endpoint], context);
    }, {});
    await role.done;
    const warning = `${endpoint} is open to all who can reach this machine; --curve-dir would ask for a key`;
    expect(role.logged.map(({ msg }) => msg)).toEqual(open ? [warning] : []);
  });
});

test("a flood of connections does not flood the log", async () => {
  await using server = startRole(async (_, context) => {
    using pull = new Pull();
    const [endpoint] = await bindEndpoints(pull, ["tcp://127.0.0.1:*"], context);
    context.log.info(`bound ${endpoint}`);
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  }, {});
  const endpoint = await server.endpoint();
  const start = performance.now();
  const clients = Array.from({ length: 200 }, () => new Push({ linger: 0 }));
  const peers = clients.map((client) => new PeerMonitor(client));
  for (const client of clients) client.connect(endpoint);
  await Promise.all(peers.map((peer) => peer.waitFor(1, new AbortController().signal)));
  for (const client of clients) client.close();
  const seconds = Math.ceil((performance.now() - start) / 1000) + 1;
  const lines = server.logged.filter(({ msg }) => msg.startsWith("peers connected"));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(20 * seconds);
});

describe("connectEndpoints", () => {
  test("connects to every endpoint, whether anyone is there or not", async () => {
    using one = new Pull({ receiveTimeout: 5000 });
    using two = new Pull({ receiveTimeout: 5000 });
    const endpoints = [
      ...(await bindEndpoints(one, ["tcp://127.0.0.1:*"])),
      ...(await bindEndpoints(two, ["tcp://127.0.0.1:*"])),
    ];
    using push = new Push();
    connectEndpoints(push, endpoints);
    await push.send("first");
    await push.send("second");
    expect([String(await one.receive()), String(await two.receive())].toSorted()).toEqual([
      "first",
      "second",
    ]);
  });

  test("refuses what is no endpoint, naming it", () => {
    using push = new Push();
    expect(() => connectEndpoints(push, ["tcp://localhost:5555x"])).toThrow(
      `cannot connect to tcp://localhost:5555x: ${EXPECTED}`,
    );
  });

  test("reaches an IPv6 address", async () => {
    using server = new Reply({ receiveTimeout: 5000 });
    const endpoints = await bindEndpoints(server, ["tcp://[::1]:*"]).catch((error: unknown) => {
      // Not every machine has IPv6
      expect(String(error)).toContain("no such address");
    });
    if (endpoints === undefined) return;
    using client = new Request({ receiveTimeout: 5000 });
    connectEndpoints(client, endpoints);
    await client.send("Hello");
    expect(String(await server.receive())).toBe("Hello");
  });
});

test.each([
  ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["ZMTP as nobody should", Buffer.concat([greeting("NULL"), Buffer.from([4, 1, 0xff])])],
])("a server that speaks %s is told of in the log, and does not end the role", async (_, bytes) => {
  const stranger = createServer((socket) => socket.on("error", () => {}).end(bytes));
  await once(stranger.listen(0, "127.0.0.1"), "listening");
  const { port } = stranger.address() as AddressInfo;
  await using client = startRole(async (_options, context) => {
    using push = new Push();
    connectEndpoints(push, [`tcp://127.0.0.1:${port}`], context);
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    context.signal.throwIfAborted();
  }, {});
  const broken = `handshake with tcp://127.0.0.1:${port} broken off`;
  await client.until(() => client.logged.some(({ msg }) => msg === broken));
  stranger.close();
  await client.stop();
  await expect(client.done).rejects.toThrow("stopped by the test");
});

test("every socket is protected, whichever side opens its connections", async () => {
  const always = { linger: 500, handshakeInterval: 5000, reconnectInterval: 100, reconnectMaxInterval: 2000 };
  using bound = new Reply();
  const endpoints = await bindEndpoints(bound, ["tcp://127.0.0.1:*"]);
  expect(bound).toMatchObject({ ...always, zapDomain: "global", maxMessageSize: 1024 * 1024 });
  using connected = new Request();
  connectEndpoints(connected, endpoints);
  expect(connected).toMatchObject({ ...always, connectTimeout: 2000 });
});

test("both sides log a connection that is lost, and one that is back", async () => {
  let server = new Pull();
  const [endpoint = ""] = await bindEndpoints(server, ["tcp://127.0.0.1:*"]);
  await using client = startRole(async (_, context) => {
    using push = new Push();
    connectEndpoints(push, [endpoint], context);
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
  }, {});
  const push = new Push();
  push.connect(endpoint);
  await push.send("x");
  await server.receive();
  push.close();
  server.close();
  const said = (text: string) => client.logged.some(({ msg }) => msg === text);
  await client.until(() => said(`lost the connection to ${endpoint}; trying to connect again`));
  server = new Pull();
  await rebind(server, endpoint);
  await client.until(() => said(`connected to ${endpoint} again`));
  server.close();
});
