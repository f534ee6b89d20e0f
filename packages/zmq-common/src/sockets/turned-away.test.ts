import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { eventually } from "process-kit";
import { curveKeyPair, Reply, Request, type Socket } from "zeromq";
import { bindEndpoints } from "./connecting.js";
import { greeting } from "../testing/greeting.js";
import { type RunningRole, startRole } from "../testing/role.js";
import { zapHandler } from "../testing/zap-handler.js";

const SIGNATURE = Buffer.from("ff00000000000000017f", "hex");

/** How a SUB socket says that it is one. */
const READY_SUB = Buffer.from("\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03SUB", "latin1");

/** A REP socket that is bound as the roles do it. */
function server(keys?: ReturnType<typeof curveKeyPair>): RunningRole {
  const own = keys && { curveServer: true, curvePublicKey: keys.publicKey, curveSecretKey: keys.secretKey };
  return startRole(
    async (_, context) => {
      using _zap = await zapHandler(undefined, context.log);
      using reply = new Reply();
      const [endpoint] = await bindEndpoints(reply, ["tcp://127.0.0.1:*"], context);
      context.log.info(`bound ${endpoint}`);
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    },
    {},
    { keys: own && { server: () => own, client: () => ({ curveServerKey: "", ...own }) } },
  );
}

/** Talks to a server until it is turned away. */
async function say(endpoint: string, ...bytes: Buffer[]): Promise<void> {
  const socket = connect(Number(endpoint.split(":").at(-1)), "127.0.0.1");
  const closed = new Promise((resolve) => socket.on("error", () => {}).once("close", resolve));
  socket.resume().write(Buffer.concat(bytes));
  await closed;
}

/** A connected socket is turned away once at least; libzmq may try again. */
async function turnedAway(socket: Socket, endpoint: string): Promise<void> {
  socket.linger = 0;
  socket.connect(endpoint);
  const { events } = socket;
  while ((await events.receive()).type !== "disconnect");
  socket.close();
}

const warnings = (role: RunningRole) => role.logged.filter(({ level }) => level === 40);

const UNSUITABLE = "it does not speak ZMTP 3 (ZeroMQ 4.0 and newer), or is not a REQ or DEALER socket";

test.each<[string, (endpoint: string) => Promise<void>]>([
  ["of ZMTP 2.0", (endpoint) => say(endpoint, SIGNATURE, Buffer.of(1, 3, 0, 0))],
  ["of ZMTP 1.0", (endpoint) => say(endpoint, Buffer.of(1, 0))],
  ["of HTTP", (endpoint) => say(endpoint, Buffer.from("GET / HTTP/1.1\r\n\r\n"))],
  // A SUB socket may be the first to see it and leave, and then there is nobody to turn away
  ["of the wrong socket type", (endpoint) => say(endpoint, greeting("NULL"), READY_SUB)],
])("a bound socket says that it turns away a peer %s", async (_, visit) => {
  await using role = server();
  const endpoint = await role.endpoint();
  await visit(endpoint);
  await role.until(() => warnings(role).length > 0);
  expect(warnings(role)[0]).toMatchObject({
    msg: `turned away a peer at ${endpoint}: ${UNSUITABLE}`,
    count: 1,
  });
});

test("it says so of the 1st, the 10th, the 100th", async () => {
  await using role = server();
  const endpoint = await role.endpoint();
  for (let n = 0; n < 25; n++) await say(endpoint, SIGNATURE, Buffer.of(1, 3, 0, 0));
  await role.until(() => warnings(role).length === 2);
  expect(warnings(role).map(({ count }) => count)).toEqual([1, 10]);
});

test("it says so beside peers that are connected, and nothing of those that come and go", async () => {
  await using role = server();
  const endpoint = await role.endpoint();
  for (let n = 0; n < 5; n++) {
    const requester = new Request({ linger: 0 });
    requester.connect(endpoint);
    const { events } = requester;
    while ((await events.receive()).type !== "handshake");
    requester.close();
  }
  const staying = new Request({ linger: 0 });
  staying.connect(endpoint);
  const { events } = staying;
  while ((await events.receive()).type !== "handshake");
  await role.until(() => role.logged.some(({ msg }) => msg.endsWith("peers connected: 1")));
  expect(warnings(role)).toEqual([]);
  await say(endpoint, SIGNATURE, Buffer.of(1, 3, 0, 0));
  // It takes a handshake's time until it is certain that it was not the other one that left
  await eventually(() => warnings(role).length > 0, "a warning", 12_000);
  expect(warnings(role)).toHaveLength(1);
  for (let n = 0; n < 20; n++) await say(endpoint, SIGNATURE, Buffer.of(1, 3, 0, 0));
  await role.until(() => warnings(role).length === 2);
  staying.close();
}, 20_000);

test("it says of a peer without a key that it has none, and of one with another server's key that it does", async () => {
  const keys = curveKeyPair();
  const client = curveKeyPair();
  await using role = server(keys);
  const endpoint = await role.endpoint();
  await say(endpoint, greeting("NULL"));
  await role.until(() => warnings(role).length === 1);
  await turnedAway(
    new Request({
      curveServerKey: curveKeyPair().publicKey,
      curvePublicKey: client.publicKey,
      curveSecretKey: client.secretKey,
    }),
    endpoint,
  );
  await role.until(() => warnings(role).length === 2);
  expect(warnings(role).map(({ msg }) => msg)).toEqual([
    `turned away a peer at ${endpoint}: it has no key (--curve-dir)`,
    `turned away a peer at ${endpoint}: it has another key for this server than the server's own`,
  ]);
});

test("it says of a peer with a key that there is none here", async () => {
  await using role = server();
  const endpoint = await role.endpoint();
  await say(endpoint, greeting("CURVE"));
  await role.until(() => warnings(role).length > 0);
  expect(warnings(role)[0]?.msg).toBe(
    `turned away a peer at ${endpoint}: it asks for a key, and there is none here (--curve-dir)`,
  );
});
