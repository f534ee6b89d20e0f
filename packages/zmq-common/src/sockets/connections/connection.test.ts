import { once } from "node:events";
import { type AddressInfo, createServer, type Socket as TcpSocket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { pino } from "pino";
import { eventually } from "process-kit";
import { Dealer, Publisher, Pull, Push, Reply, Request, Router, type Socket, Subscriber } from "zeromq";
import { connectAndWait, connectEndpoints } from "../connecting.js";
import { monitor } from "../monitor.js";
import { PeerMonitor } from "../peers.js";
import { OlderPeer } from "../../testing/older-peer.js";
import { rebind } from "../../testing/rebind.js";

const { signal } = new AbortController();

/** Less than a test may take; on time out the log is shown. */
const DEADLINE = 8000;

/** What the sockets of a test need, and what is logged. */
function logging() {
  const logged: string[] = [];
  const write = (line: string) => logged.push((JSON.parse(line) as { msg: string }).msg);
  const onFatalError = (error: Error) => logged.push(String(error));
  const until = (condition: () => boolean) => eventually(condition, () => logged.join("\n"), DEADLINE);
  return {
    context: { log: pino({}, { write }), onFatalError, signal },
    logged,
    until,
    said: (text: string) => until(() => logged.includes(text)),
  };
}

/** A peer that talks TCP, and is gone after the test. */
async function tcpPeer(serve: (socket: TcpSocket) => void): Promise<{ endpoint: string } & AsyncDisposable> {
  const sockets = new Set<TcpSocket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket.on("error", () => {}));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

describe("a peer of another socket type is reported once, and the right one is found after it:", () => {
  test.each<[own: string, () => Socket, () => Socket, wrong: string, () => Socket]>([
    ["SUB", () => new Subscriber(), () => new Publisher(), "REP", () => new Reply()],
    ["REQ", () => new Request(), () => new Reply(), "PUB", () => new Publisher()],
    ["DEALER", () => new Dealer(), () => new Router(), "PUSH", () => new Push()],
    ["PULL", () => new Pull(), () => new Push(), "REP", () => new Reply()],
    ["PUSH", () => new Push(), () => new Pull(), "PUSH", () => new Push()],
  ])("%s", async (own, make, makeRight, wrongType, makeWrong) => {
    const { context, logged, said } = logging();
    const wrong = makeWrong();
    await wrong.bind("tcp://127.0.0.1:*");
    const endpoint = wrong.lastEndpoint ?? "";
    using socket = make();
    const peers = new PeerMonitor(socket);
    connectEndpoints(socket, [endpoint], context);
    const problem = `the peer at ${endpoint} is a ${wrongType} socket, not what a ${own} socket talks to; trying again`;
    await said(problem);
    for (let tries = 0; tries < 3; tries++) await once(monitor(socket), "connect");
    expect(peers.count).toBe(0);

    wrong.close();
    using right = makeRight();
    await rebind(right, endpoint);
    await peers.waitFor(1, signal);
    expect(logged).toEqual([problem, `connected to ${endpoint}`]);
  });
});

test("a peer that says what it is told is like a connection to oneself: it is tried again", async () => {
  const { context, logged, until } = logging();
  await using mirror = await tcpPeer((socket) => socket.pipe(socket));
  using subscriber = new Subscriber();
  connectEndpoints(subscriber, [mirror.endpoint], context);
  await until(() => logged.some((line) => line.includes("not what a SUB socket talks to; trying again")));
  await once(monitor(subscriber), "connect");
});

test("what was received before a wrong peer took the right one's place is not dropped", async () => {
  const { context, logged, until } = logging();
  const first = new Push({ linger: -1 });
  await first.bind("tcp://127.0.0.1:*");
  const endpoint = first.lastEndpoint ?? "";
  using pull = new Pull();
  connectEndpoints(pull, [endpoint], context);
  const events = monitor(pull);
  const disconnected = once(events, "disconnect");
  for (let n = 0; n < 500; n++) await first.send(`first ${n}`);
  first.close();
  await disconnected;

  const wrong = new Reply();
  await rebind(wrong, endpoint);
  await until(() => logged.some((line) => line.includes("is a REP socket")));
  wrong.close();
  using second = new Push();
  await rebind(second, endpoint);
  await second.send("second");
  const received = new Set<string>();
  for (let n = 0; n < 501; n++) received.add(String(await pull.receive()));
  expect(received).toEqual(new Set([...Array.from({ length: 500 }, (_, n) => `first ${n}`), "second"]));
});

test("a peer that breaks the protocol after the handshake is tried again", async () => {
  const { context, said } = logging();
  using router = new Router();
  await router.bind("tcp://127.0.0.1:*");
  const endpoint = router.lastEndpoint ?? "";
  using requester = new Request();
  connectEndpoints(requester, [endpoint], context);
  await requester.send("Hello");
  const [identity = ""] = await router.receive();
  // A reply without the empty frame in front
  await router.send([identity, "World"]);
  await said(`the peer at ${endpoint} broke the protocol; connecting again`);
  await said(`connected to ${endpoint} again`);
});

test("a peer that does not speak ZMTP, and stays connected, is reported", async () => {
  const { context, said } = logging();
  await using mailServer = await tcpPeer((socket) => socket.write("220 mail.example.org ESMTP\r\n"));
  using push = new Push();
  const peers = new PeerMonitor(push);
  connectEndpoints(push, [mailServer.endpoint], context);
  await said(`what answers at ${mailServer.endpoint} does not speak ZeroMQ's protocol; trying again`);
  expect(peers.count).toBe(0);
});

describe("a peer of an older protocol", () => {
  test("is counted as connected, and neither its leaving nor its return is a failed handshake", async () => {
    const { context, logged, said, until } = logging();
    let sink = await OlderPeer.bind("PULL");
    const { endpoint } = sink;
    using push = new Push();
    await connectAndWait(push, [endpoint], context);
    await push.send("to the first");
    await until(() => sink.received.length === 1);
    await sink[Symbol.asyncDispose]();
    await said(`lost the connection to ${endpoint}; trying to connect again`);

    sink = await OlderPeer.bind("PULL", Number(endpoint.split(":").at(-1)));
    await using _ = sink;
    await said(`connected to ${endpoint} again`);
    await push.send("to the second");
    await until(() => sink.received.length === 1);
    expect(sink.received).toEqual([["to the second"]]);
    const older = `the peer at ${endpoint} speaks an older protocol than ZMTP 3`;
    expect(logged.filter((line) => !/connect/.test(line))).toEqual([older, older]);
  });

  test("that leaves at once is no failed handshake either", async () => {
    const { context, logged, until } = logging();
    const server = await OlderPeer.bind("REP");
    const { endpoint } = server;
    using requester = new Request({ receiveTimeout: DEADLINE });
    connectEndpoints(requester, [endpoint], context);
    await requester.send("Hello");
    await until(() => server.received.length === 1);
    server.send("", "World");
    expect(String(await requester.receive())).toBe("World");
    const disconnected = once(monitor(requester), "disconnect");
    await server[Symbol.asyncDispose]();
    await disconnected;
    for (let tries = 0; tries < 3; tries++) await once(monitor(requester), "connect:retry");
    expect(logged).toEqual([]);
  });
});

test("a host whose name cannot be resolved is reported", async () => {
  const { context, said } = logging();
  using pull = new Pull();
  connectEndpoints(pull, ["tcp://typo.invalid:5555"], context);
  await said("cannot resolve the host name typo.invalid; trying again");
});

test("an address to which there is no route is reported", async () => {
  const { context, logged, until } = logging();
  using pull = new Pull();
  connectEndpoints(pull, ["tcp://255.255.255.255:5555"], context);
  await until(() => logged.length > 0);
  expect(logged[0]).toMatch(/^cannot reach tcp:\/\/255\.255\.255\.255:5555: .*; trying again$/);
});
