/** client (REQ) -> Hello -> server (REP) -> World -> client, strictly in turn. */
import { describe, expect, test } from "@jest/globals";
import { Reply, Request } from "zeromq";
import { bound, connected } from "../support/sockets.js";

async function pair() {
  const { socket: server, endpoint } = await bound(new Reply());
  return { server, client: connected(new Request(), endpoint) };
}

type Pair = Awaited<ReturnType<typeof pair>>;

async function ask({ client, server }: Pair, request: string) {
  await client.send(request);
  expect(String(await server.receive())).toBe(request);
}

async function answer({ client, server }: Pair, reply: string) {
  await server.send(reply);
  expect(String(await client.receive())).toBe(reply);
}

/**
 * Expects an operation to be out of turn: EFSM, "cannot be accomplished in current state". zeromq.js waits for
 * the socket's turn before it says so, as long as the timeout is; without one it would stay silent forever.
 */
async function expectOutOfTurn<S extends Request | Reply>(
  socket: S,
  operate: (socket: S) => Promise<unknown>,
) {
  const { sendTimeout, receiveTimeout } = socket;
  Object.assign(socket, { sendTimeout: 0, receiveTimeout: 0 });
  await expect(operate(socket)).rejects.toMatchObject({ code: "EFSM" });
  Object.assign(socket, { sendTimeout, receiveTimeout });
}

describe("REQ is in lockstep: send, then receive", () => {
  test("receiving before anything is sent is an error", async () => {
    const sockets = await pair();
    await expectOutOfTurn(sockets.client, (client) => client.receive());
    // It changes nothing
    await ask(sockets, "Hello");
    await answer(sockets, "World");
  });

  test("sending two messages in a row is an error, and the second one is not sent", async () => {
    const sockets = await pair();
    await ask(sockets, "first");
    await expectOutOfTurn(sockets.client, (client) => client.send("second"));
    await answer(sockets, "World");
    // The next that the server gets is the third
    await ask(sockets, "third");
    await answer(sockets, "World");
  });

  test("receiving a second reply is an error", async () => {
    const sockets = await pair();
    await ask(sockets, "Hello");
    await answer(sockets, "World");
    await expectOutOfTurn(sockets.client, (client) => client.receive());
    await ask(sockets, "Hello again");
    await answer(sockets, "World");
  });
});

describe("REP is in lockstep: receive, then send", () => {
  test("replying before a request has come is an error", async () => {
    const sockets = await pair();
    await expectOutOfTurn(sockets.server, (server) => server.send("World"));
    await ask(sockets, "Hello");
    await answer(sockets, "World");
  });

  test("receiving the next request before the reply to this one is an error", async () => {
    const sockets = await pair();
    const other = connected(new Request(), sockets.server.lastEndpoint ?? "");
    await ask(sockets, "Hello");
    await other.send("me too");
    await expectOutOfTurn(sockets.server, (server) => server.receive());
    // The other one has its turn after the reply
    await answer(sockets, "World");
    expect(String(await sockets.server.receive())).toBe("me too");
  });

  test("replying twice is an error, and the client gets the first reply only", async () => {
    const sockets = await pair();
    await ask(sockets, "Hello");
    await sockets.server.send("World");
    await expectOutOfTurn(sockets.server, (server) => server.send("another World"));
    expect(String(await sockets.client.receive())).toBe("World");
    await ask(sockets, "Hello again");
    await answer(sockets, "next World");
  });
});
