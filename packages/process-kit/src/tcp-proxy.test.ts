import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { freePort } from "./jest.js";
import { TcpProxy } from "./tcp-proxy.js";

/** Answers `pong` to whatever it gets. */
const server = createServer((socket) => {
  socket.on("error", () => {}).on("data", () => socket.write("pong"));
});
let endpoint = "";

beforeEach(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  endpoint = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await once(server.close(), "close");
});

async function connectTo(proxy: TcpProxy): Promise<Socket> {
  const client = connect(Number(new URL(proxy.endpoint).port), "127.0.0.1");
  await once(client, "connect");
  return client;
}

test("passes everything on, sees it, and counts what the server says", async () => {
  await using proxy = await TcpProxy.start(endpoint);
  const client = await connectTo(proxy);
  client.write("pi");
  client.write("ng");
  expect(String((await once(client, "data"))[0])).toMatch(/^pong/);
  await proxy.passed(4);
  expect(proxy.seen("ping")).toBe(true);
  expect(proxy.seen("pong")).toBe(true);
  expect(proxy.seen("pingpong")).toBe(false);
  expect(proxy.bytes % 4).toBe(0);
});

test("listens where it is told to, and breaks every connection at its end", async () => {
  const port = await freePort();
  let closed: Promise<unknown>;
  {
    await using proxy = await TcpProxy.start(endpoint, port);
    expect(proxy.endpoint).toBe(`tcp://127.0.0.1:${port}`);
    const client = await connectTo(proxy);
    client.on("error", () => {}).write("ping");
    await once(client, "data");
    closed = once(client, "close");
  }
  await closed;
});

test("a cut holds back what is sent, and a heal lets it pass", async () => {
  await using proxy = await TcpProxy.start(endpoint);
  const client = await connectTo(proxy);
  client.write("ping");
  await once(client, "data");
  proxy.cut();
  const { bytes } = proxy;
  client.write("ping");
  const late = await connectTo(proxy);
  late.write("ping");
  // Both ways to the server and back take less time than this round trip through another proxy
  await using other = await TcpProxy.start(endpoint);
  const witness = await connectTo(other);
  witness.write("ping");
  await once(witness, "data");
  expect(proxy.bytes).toBe(bytes);
  const answers = Promise.all([once(client, "data"), once(late, "data")]);
  proxy.heal();
  await answers;
});

test("a cut of the answers lets everything else pass", async () => {
  await using proxy = await TcpProxy.start(endpoint);
  const client = await connectTo(proxy);
  client.write("ping");
  await once(client, "data");
  const arrived = new Promise((resolve) => server.once("connection", resolve));
  proxy.cut("answers");
  const { bytes } = proxy;
  await connectTo(proxy);
  await arrived;
  expect(proxy.bytes).toBe(bytes);
  const answer = once(client, "data");
  client.write("ping");
  proxy.heal();
  await answer;
});
