import { once } from "node:events";
import { type AddressInfo, createServer, type NetConnectOpts, type Socket as TcpSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { capability, Publisher, Pull, Reply } from "zeromq";
import { bindEndpoints } from "../connecting.js";
import { PeerMonitor } from "../peers.js";
import { OlderPeer } from "../../testing/older-peer.js";
import { probePeer } from "./probe.js";

const at = (endpoint: string): NetConnectOpts => ({
  host: "127.0.0.1",
  port: Number(endpoint.split(":").at(-1)),
});

/** What is found at a TCP server. */
async function probe(serve: (socket: TcpSocket) => void) {
  const sockets: TcpSocket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    serve(socket.on("error", () => {}));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    return await probePeer(at(`:${(server.address() as AddressInfo).port}`));
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

test("tells the socket type of a peer, and is none of its peers", async () => {
  using publisher = new Publisher();
  const [publishing = ""] = await bindEndpoints(publisher, ["tcp://127.0.0.1:*"]);
  using reply = new Reply();
  const peers = new PeerMonitor(reply);
  const [replying = ""] = await bindEndpoints(reply, ["tcp://127.0.0.1:*"]);
  expect(await probePeer(at(publishing))).toEqual({
    protocol: "ZMTP 3",
    socketType: "PUB",
  });
  expect(await probePeer(at(replying))).toEqual({ protocol: "ZMTP 3", socketType: "REP" });
  expect(peers.count).toBe(0);
});

(capability.ipc ? test : test.skip)("reaches a peer over ipc", async () => {
  const path = join(tmpdir(), `${process.pid}-${Math.random()}.ipc`);
  using pull = new Pull();
  await bindEndpoints(pull, [`ipc://${path}`]);
  expect(await probePeer({ path })).toEqual({ protocol: "ZMTP 3", socketType: "PULL" });
});

test("tells a peer of an older protocol", async () => {
  await using peer = await OlderPeer.bind("PULL");
  expect(await probePeer(at(peer.endpoint))).toEqual({ protocol: "older" });
  // ZMTP 1.0: an empty identity
  expect(await probe((socket) => socket.write(Buffer.of(1, 0)))).toEqual({ protocol: "older" });
});

test.each(["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example.org\r\n"])(
  "tells what is not ZeroMQ: %j",
  async (banner) => {
    expect(await probe((socket) => socket.write(banner))).toEqual({ protocol: "none" });
    expect(await probe((socket) => socket.end(banner))).toEqual({ protocol: "none" });
  },
);

test("tells nothing of a peer that says nothing, or is not there", async () => {
  expect(await probe(() => {})).toBeUndefined();
  expect(await probe((socket) => socket.end())).toBeUndefined();
  expect(await probe((socket) => socket.resetAndDestroy())).toBeUndefined();
  expect(await probePeer(at("tcp://127.0.0.1:1"))).toBeUndefined();
});

test.each([1, 5, 20, 70])("reads a peer that sends its bytes %d at a time", async (size) => {
  const greeting = Buffer.alloc(64);
  greeting.write("ff00000000000000017f0300", "hex");
  greeting.write("NULL", 12);
  const ready = Buffer.from("\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04XPUB", "latin1");
  const bytes = Buffer.concat([greeting, ready]);
  const serve = async (socket: TcpSocket) => {
    for (let offset = 0; offset < bytes.length; offset += size) {
      socket.write(bytes.subarray(offset, offset + size));
      await new Promise(setImmediate);
    }
  };
  expect(await probe((socket) => void serve(socket.setNoDelay()))).toEqual({
    protocol: "ZMTP 3",
    socketType: "XPUB",
  });
});
