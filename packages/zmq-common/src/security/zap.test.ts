import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Pull, Push, Request } from "zeromq";
import { CurveKeys } from "./curve-keys.js";
import { makeKeys } from "./make-keys.js";
import { bindEndpoints } from "../sockets/connecting.js";
import { seededRandom } from "../zhelpers/random.js";
import { zapHandler } from "../testing/zap-handler.js";
import { startZapHandler } from "./zap.js";
import { within } from "../zhelpers/zhelpers.js";

const SIGNATURE = Buffer.from("ff00000000000000017f", "hex");

/** Strangers that talk as peers of old did; libzmq falls back to that. */
const OLD_PEERS: [who: string, bytes: Buffer][] = [
  ["a ZMTP 1.0 peer", Buffer.from([0x01, 0x00, 0x06, 0x00, ...Buffer.from("hello")])],
  // Version, PUSH, no identity, and a message
  ["a ZMTP 2.0 peer", Buffer.from([...SIGNATURE, 1, 8, 0, 0, 0, 5, ...Buffer.from("hello")])],
];

/** All strangers, and what they say. */
const STRANGERS: [who: string, bytes: Buffer][] = [
  ...OLD_PEERS,
  ["a browser", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ["a TLS client", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x00])],
  ["random bytes", Buffer.from(Array.from({ length: 64 }, seededBytes(1)))],
  ["nothing at all", Buffer.of()],
];

function seededBytes(seed: number): () => number {
  const random = seededRandom(seed);
  return () => within(256, random);
}

async function say(endpoint: string, bytes: Buffer): Promise<void> {
  const socket = connect(Number(endpoint.split(":").at(-1)), "127.0.0.1");
  await once(socket, "connect");
  // However it is turned away
  const closed = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
  socket.resume().end(bytes);
  await closed;
}

test.each(OLD_PEERS)("a bare socket takes what %s says for a message", async (_, bytes) => {
  using pull = new Pull({ receiveTimeout: 5000 });
  await pull.bind("tcp://127.0.0.1:*");
  await say(pull.lastEndpoint ?? "", bytes);
  expect((await pull.receive()).map(String)).toEqual(["hello"]);
});

test.each(STRANGERS)(
  "one bound by bindEndpoints takes nothing from %s, and serves its peers",
  async (_, bytes) => {
    using _zap = await zapHandler();
    using pull = new Pull({ receiveTimeout: 5000 });
    const [endpoint = ""] = await bindEndpoints(pull, ["tcp://127.0.0.1:*"]);
    await say(endpoint, bytes);
    using push = new Push({ linger: 0 });
    push.connect(endpoint);
    for (let n = 0; n < 10; n++) {
      await push.send(`legitimate ${n}`);
      expect(String(await pull.receive())).toBe(`legitimate ${n}`);
    }
  },
);

test("with keys, nobody is admitted by another mechanism, nor by what is no key", async () => {
  const dir = mkdtempSync(join(tmpdir(), "zap-"));
  makeKeys(dir, "server", { authorize: false });
  const asked: string[] = [];
  const keys = new CurveKeys(dir, "server");
  keys.authorized = async (publicKey) => `known as ${asked.push(publicKey)}`;
  rmSync(dir, { recursive: true });
  using _ = await zapHandler(keys);
  using libzmq = new Request({ receiveTimeout: 5000 });
  libzmq.connect("inproc://zeromq.zap.01");
  const ask = async (...credentials: (string | Buffer)[]) => {
    await libzmq.send(["1.0", "7", "global", "127.0.0.1", "", ...credentials]);
    return (await libzmq.receive()).map(String);
  };
  const refusal = ["1.0", "7", "400", "key not authorized", "", ""];
  expect(await ask("NULL")).toEqual(refusal);
  expect(await ask("PLAIN", Buffer.alloc(32))).toEqual(refusal);
  expect(await ask("CURVE")).toEqual(refusal);
  expect(await ask("CURVE", Buffer.alloc(31))).toEqual(refusal);
  expect(asked).toEqual([]);
  expect(await ask("CURVE", Buffer.alloc(32))).toEqual(["1.0", "7", "200", "OK", "", ""]);
  expect(asked).toEqual(["0".repeat(40)]);
});

test("heartbeats on an idle connection wake up nobody", async () => {
  using _ = await zapHandler();
  using pull = new Pull();
  const [endpoint = ""] = await bindEndpoints(pull, ["tcp://127.0.0.1:*"]);
  using push = new Push({ linger: 0, heartbeatInterval: 20 });
  push.connect(endpoint);
  const received = pull.receive();
  // Some ten heartbeats; a receive that were woken up by one would fail with EAGAIN
  await new Promise((resolve) => setTimeout(resolve, 250));
  await push.send("at last");
  expect(String(await received)).toBe("at last");
});

test("there is one a process", async () => {
  {
    using _ = await zapHandler();
    expect(() => startZapHandler()).toThrow(expect.objectContaining({ code: "EADDRINUSE" }));
  }
  using _ = await zapHandler();
});
