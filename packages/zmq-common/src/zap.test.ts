import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { Pull, Push } from "zeromq";
import { bindAll } from "./endpoints.js";
import { startZapHandler } from "./zap.js";

/** What strangers say: a ZMTP 1.0 peer's greeting and message, a browser, a TLS client. */
const STRANGERS = [
  Buffer.from([0x01, 0x00, 0x06, 0x00, ...Buffer.from("hello")]),
  Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x00]),
];

async function say(endpoint: string, bytes: Buffer): Promise<void> {
  const socket = connect(Number(endpoint.split(":").at(-1)), "127.0.0.1");
  await once(socket, "connect");
  // However it is turned away
  const closed = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
  socket.resume().end(bytes);
  await closed;
}

/** How many messages a socket got from strangers before that of a legitimate peer. */
async function fromStrangers(pull: Pull, endpoint: string): Promise<number> {
  for (const bytes of STRANGERS) await say(endpoint, bytes);
  using push = new Push({ linger: 500 });
  push.connect(endpoint);
  await push.send("legitimate");
  let strange = 0;
  while (String((await pull.receive())[0]) !== "legitimate") strange += 1;
  return strange;
}

test("a bare socket takes a stranger's bytes for messages", async () => {
  using pull = new Pull({ receiveTimeout: 5000 });
  await pull.bind("tcp://127.0.0.1:*");
  expect(await fromStrangers(pull, pull.lastEndpoint ?? "")).toBeGreaterThan(0);
});

test("one that is bound by bindAll does not, and still serves its peers", async () => {
  using _ = await startZapHandler();
  using pull = new Pull({ receiveTimeout: 5000 });
  const [endpoint = ""] = await bindAll(pull, ["tcp://127.0.0.1:*"]);
  expect(await fromStrangers(pull, endpoint)).toBe(0);
});

test("heartbeats on an idle connection wake up nobody", async () => {
  using _ = await startZapHandler();
  using pull = new Pull();
  const [endpoint = ""] = await bindAll(pull, ["tcp://127.0.0.1:*"]);
  pull.heartbeatInterval = 20;
  using push = new Push({ linger: 0 });
  push.connect(endpoint);
  const received = pull.receive();
  // Some ten heartbeats; a receive that were woken up by one would fail with EAGAIN
  await new Promise((resolve) => setTimeout(resolve, 250));
  await push.send("at last");
  expect(String(await received)).toBe("at last");
});

test("there is one a process", async () => {
  {
    using _ = await startZapHandler();
    await expect(startZapHandler()).rejects.toMatchObject({ code: "EADDRINUSE" });
  }
  using _ = await startZapHandler();
});
