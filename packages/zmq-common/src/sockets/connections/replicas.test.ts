import { describe, expect, jest, test } from "@jest/globals";
import { networkInterfaces } from "node:os";
import { pino } from "pino";
import { eventually } from "process-kit";
import { Publisher, Pull, Push, type Socket, Subscriber } from "zeromq";
import { NamedHost } from "../../testing/named-host.js";
import { rebind } from "../../testing/rebind.js";
import { connectEndpoints } from "../connecting.js";
import { parseTcp } from "../endpoints.js";
import { PeerMonitor } from "../peers.js";

jest.setTimeout(30_000);

/** In milliseconds. */
const DEADLINE = 5000;

/** How often names are looked up here, in milliseconds. */
const INTERVAL = 200;

const [ONE, TWO, THREE] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

/** Elsewhere a machine has one loopback address of IPv4. */
const describeLinux = process.platform === "linux" ? describe : describe.skip;

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);

/** Binds a socket: at a port of the system's choice, or at the one of another. */
async function bind(socket: Socket, address: string, port = "*"): Promise<string> {
  await rebind(socket, `tcp://${address}:${port}`);
  return parseTcp(socket.lastEndpoint ?? "")?.port ?? "";
}

/** Connects a socket to a port of a host, and returns what is logged, and how many peers it has. */
function connect(socket: Socket, host: NamedHost, port: string) {
  const logged: string[] = [];
  const write = (line: string) => logged.push((JSON.parse(line) as { msg: string }).msg);
  const context = { log: pino({}, { write }), onFatalError: (error: Error) => logged.push(String(error)) };
  const peers = new PeerMonitor(socket);
  connectEndpoints(socket, [`tcp://name:${port}`], context, undefined, {
    lookups: { resolve: host.resolve, interval: INTERVAL },
  });
  const until = (condition: () => boolean, within = DEADLINE) =>
    eventually(condition, () => `${peers.count} peers; ${logged.join("\n")}`, within);
  return {
    logged,
    peers,
    until,
    hasPeers: (count: number) => until(() => peers.count === count),
  };
}

/** Until the name has been looked up so many times more. */
async function lookups(host: NamedHost, times: number): Promise<void> {
  const before = host.lookups;
  await eventually(() => host.lookups >= before + times, `${times} lookups`);
}

describeLinux("a socket that is connected to a name", () => {
  test("is connected to all its addresses, finds a new one, and lets go of one that is gone", async () => {
    const host = new NamedHost(ONE, TWO);
    const publishers = [new Publisher(), new Publisher(), new Publisher()] as const;
    const port = await bind(publishers[0], ONE);
    await bind(publishers[1], TWO, port);
    await bind(publishers[2], THREE, port);
    using subscriber = new Subscriber();
    subscriber.subscribe();
    const { hasPeers } = connect(subscriber, host, port);
    // libzmq disconnects when the socket is used, and roles wait for a message all the time
    subscriber.receive().catch(() => {});
    await hasPeers(2);

    host.set(ONE, TWO, THREE);
    await hasPeers(3);

    publishers[0].close();
    await hasPeers(2);
    host.set(TWO, THREE);
    await lookups(host, 3);
    using back = new Publisher();
    const attempts = new PeerMonitor(back);
    await bind(back, ONE, port);
    await lookups(host, 2);
    expect(attempts.count).toBe(0);

    host.set(ONE, TWO, THREE);
    await hasPeers(3);
    for (const publisher of publishers) publisher.close();
  });

  test("keeps a connection that is up, although the name has lost its address", async () => {
    const host = new NamedHost(ONE, TWO);
    using publisher = new Publisher();
    const port = await bind(publisher, ONE);
    using subscriber = new Subscriber({ receiveTimeout: DEADLINE });
    subscriber.subscribe();
    const { hasPeers } = connect(subscriber, host, port);
    await hasPeers(1);
    host.set(TWO);
    await lookups(host, 3);
    await publisher.send("still here");
    expect(String(await subscriber.receive())).toBe("still here");
  });

  test("keeps its addresses while the name cannot be resolved", async () => {
    const host = new NamedHost(ONE);
    let publisher = new Publisher();
    const port = await bind(publisher, ONE);
    using subscriber = new Subscriber();
    const { hasPeers, until, logged } = connect(subscriber, host, port);
    await hasPeers(1);
    host.set();
    publisher.close();
    await hasPeers(0);
    await lookups(host, 3);
    expect(logged).toEqual([
      `lost the connection to tcp://name:${port}; trying to connect again`,
      "cannot resolve the host name name; trying again",
    ]);
    publisher = new Publisher();
    await bind(publisher, ONE, port);
    // Not until there is a peer, for one that is back counts before its handshake
    await until(() => logged.length > 2);
    expect(logged.slice(2)).toEqual([`connected to tcp://name:${port} again`]);
    publisher.close();
  });

  test("finds a peer that comes back under another address, and the log says so", async () => {
    const host = new NamedHost(ONE);
    const first = new Publisher();
    const port = await bind(first, ONE);
    using subscriber = new Subscriber();
    const { hasPeers, until, logged } = connect(subscriber, host, port);
    await hasPeers(1);
    first.close();
    using second = new Publisher();
    await bind(second, TWO, port);
    host.set(TWO);
    await until(() => logged.length === 2);
    expect(logged).toEqual([
      `lost the connection to tcp://name:${port}; trying to connect again`,
      `connected to tcp://name:${port} again`,
    ]);
  });

  test("is connected once its name can be resolved, and the log says so", async () => {
    const host = new NamedHost();
    using publisher = new Publisher();
    const port = await bind(publisher, ONE);
    using subscriber = new Subscriber();
    const { until, logged } = connect(subscriber, host, port);
    await lookups(host, 3);
    host.set(ONE);
    await until(() => logged.length === 2);
    expect(logged).toEqual([
      "cannot resolve the host name name; trying again",
      `connected to tcp://name:${port}`,
    ]);
  });

  test("names the address of one of several in the log", async () => {
    const host = new NamedHost(ONE, TWO);
    const [first, second] = [new Publisher(), new Publisher()];
    const port = await bind(first, ONE);
    await bind(second, TWO, port);
    using subscriber = new Subscriber();
    const { hasPeers, until, logged } = connect(subscriber, host, port);
    await hasPeers(2);
    second.close();
    await until(() => logged.length === 1);
    expect(logged).toEqual([`lost the connection to tcp://name:${port} (${TWO}); trying to connect again`]);
    first.close();
  });

  test("loses no task of a ventilator that has gone with its address", async () => {
    const host = new NamedHost(ONE);
    const vent = new Push({ linger: -1 });
    const port = await bind(vent, ONE);
    using pull = new Pull({ receiveTimeout: DEADLINE });
    const { hasPeers } = connect(pull, host, port);
    await hasPeers(1);
    for (let n = 0; n < 500; n++) await vent.send(String(n));
    vent.close();
    await hasPeers(0);
    host.set(TWO);
    await lookups(host, 4);
    for (let n = 0; n < 500; n++) expect(String(await pull.receive())).toBe(String(n));
  });

  test("is not looked up any more once it is closed", async () => {
    const host = new NamedHost();
    const pull = new Pull();
    const { logged, until } = connect(pull, host, "5555");
    await until(() => logged.length > 0);
    pull.close();
    const { lookups: before } = host;
    await new Promise((resolve) => setTimeout(resolve, 3 * INTERVAL));
    expect(host.lookups - before).toBeLessThanOrEqual(1);
  });
});

(hasIpv6 ? describe : describe.skip)("a name with addresses of both families", () => {
  test.each([
    ["a server of both", "[::]", 1],
    ["one of IPv4", "127.0.0.1", 1],
    ["one of IPv6", "[::1]", 1],
  ])("is connected to once: %s", async (_, address, count) => {
    const host = new NamedHost("127.0.0.1", "::1");
    using publisher = new Publisher({ ipv6: true });
    const port = await bind(publisher, address);
    using subscriber = new Subscriber();
    const { hasPeers, peers } = connect(subscriber, host, port);
    await hasPeers(count);
    await lookups(host, 2);
    expect(peers.count).toBe(count);
  });
});
