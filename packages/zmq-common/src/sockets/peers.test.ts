import { getEventListeners, once } from "node:events";
import { connect, type Socket as TcpSocket } from "node:net";
import { expect, test } from "@jest/globals";
import { Pull, Push, Reply, Request } from "zeromq";
import "./closing.js";
import { PeerMonitor } from "./peers.js";
import { greeting } from "../testing/greeting.js";
import { transports } from "../testing/role.js";

const { signal: never } = new AbortController();

/** A bound PUSH socket whose peers are counted, and each count it told of. */
async function counted(transport = "tcp://127.0.0.1:*") {
  const socket = new Push({ linger: 0, sendTimeout: 1000 });
  const told: number[] = [];
  let look = () => {};
  const peers = new PeerMonitor(socket, (count) => {
    told.push(count);
    look();
  });
  await socket.bind(transport);
  return {
    socket,
    peers,
    told,
    endpoint: socket.lastEndpoint ?? "",
    /** Waits until there are exactly that many. */
    async exactly(count: number) {
      while (peers.count !== count) await new Promise<void>((resolve) => (look = resolve));
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

function puller(endpoint: string): Pull {
  const socket = new Pull({ receiveTimeout: 5000 });
  socket.connect(endpoint);
  return socket;
}

test.each(transports().filter((transport) => !transport.startsWith("inproc")))(
  "counts the peers that come and go over %s",
  async (transport) => {
    using line = await counted(transport);
    expect(line.peers.count).toBe(0);
    using one = puller(line.endpoint);
    using two = puller(line.endpoint);
    await line.peers.waitFor(2, never);
    one.close();
    await line.exactly(1);
    two.close();
    await line.exactly(0);
    expect(line.told).toEqual([1, 2, 1, 0]);
  },
);

test("once that many are there, each gets a share of what is sent", async () => {
  using line = await counted();
  const pullers = Array.from({ length: 8 }, () => puller(line.endpoint));
  await line.peers.waitFor(8, never);
  for (let n = 0; n < 16; n++) await line.socket.send(String(n));
  for (const socket of pullers) {
    await socket.receive();
    await socket.receive();
    socket.close();
  }
});

test("strangers that connect and leave, or say nothing, are not counted and hide nobody", async () => {
  using line = await counted();
  const port = Number(line.endpoint.split(":").at(-1));
  const strangers: TcpSocket[] = [];
  for (let n = 0; n < 20; n++) {
    const stranger = connect(port, "127.0.0.1").resume();
    await once(stranger, "connect");
    strangers.push(stranger);
  }
  using one = puller(line.endpoint);
  await line.peers.waitFor(1, never);
  for (const stranger of strangers.slice(0, 10)) stranger.destroy();
  using _two = puller(line.endpoint);
  await line.peers.waitFor(2, never);
  // Those who say nothing could still become peers; once they are gone, the count is exact
  for (const stranger of strangers) stranger.destroy();
  one.close();
  await line.exactly(1);
  expect(Math.max(...line.told)).toBe(2);
});

test.each([
  ["ZMTP 1.0", Buffer.from([0x01, 0x00, 0x06, 0x00, ...Buffer.from("hello")])],
  ["HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ["ZMTP 3.0 with an unknown mechanism", greeting("STRANGE")],
  ["ZMTP 3.0 with a malformed command", Buffer.concat([greeting("NULL"), Buffer.from([4, 1, 0xff])])],
])("strangers that speak %s are not counted either", async (_, bytes) => {
  using line = await counted();
  const stranger = connect(Number(line.endpoint.split(":").at(-1)), "127.0.0.1").resume();
  const gone = new Promise((resolve) => stranger.on("error", () => {}).once("close", resolve));
  stranger.end(bytes);
  await gone;
  using one = puller(line.endpoint);
  await line.peers.waitFor(1, never);
  one.close();
  await line.exactly(0);
  expect(line.told).toEqual([1, 0]);
});

test("counts on the side that connects as well", async () => {
  using server = new Reply();
  await server.bind("tcp://127.0.0.1:*");
  const endpoint = server.lastEndpoint ?? "";
  using client = new Request({ linger: 0 });
  let gone = () => {};
  const left = new Promise<void>((resolve) => (gone = resolve));
  const peers = new PeerMonitor(client, (count) => count === 0 && gone());
  client.connect(endpoint);
  await peers.waitFor(1, never);
  expect(peers.count).toBe(1);
  server.close();
  await left;
  expect(peers.count).toBe(0);
});

test("waiting for none, or for those that are there, is no waiting", async () => {
  using line = await counted();
  await line.peers.waitFor(0, never);
  using one = puller(line.endpoint);
  await line.peers.waitFor(1, never);
  await line.peers.waitFor(1, never);
  await line.peers.waitFor(0, never);
  expect(one.closed).toBe(false);
});

test("the wait ends with the signal's reason", async () => {
  using line = await counted();
  const reason = new Error("stopped");
  await expect(line.peers.waitFor(1, AbortSignal.abort(reason))).rejects.toBe(reason);
  const controller = new AbortController();
  const waiting = line.peers.waitFor(1, controller.signal);
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
});
