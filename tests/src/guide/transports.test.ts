/** The same code over inproc, ipc and tcp, whichever side binds: only the endpoint differs. */
import { describe, expect, test } from "@jest/globals";
import { Publisher, Pull, Push, Reply, Request, type Socket, Subscriber } from "zeromq";
import { sRecv, sSend } from "zmq-common";
import { transports } from "zmq-common/testing";
import { awaitSubscriptions } from "./await-subscriptions.js";

const PATIENT = { receiveTimeout: 8000, linger: 0 };

const TRANSPORTS = transports().map((endpoint) => endpoint.slice(0, endpoint.indexOf(":")));

/** The stable side first: the one that binds in the chapter. */
type Join = (stable: Socket, dynamic: Socket, endpoint: string) => Promise<void>;

const theOneBinds: Join = async (stable, dynamic, endpoint) => {
  await stable.bind(endpoint);
  dynamic.connect(stable.lastEndpoint ?? "");
};
const theOtherBinds: Join = (stable, dynamic, endpoint) => theOneBinds(dynamic, stable, endpoint);

describe.each(TRANSPORTS)("over %s", (transport) => {
  /** An endpoint that no other test has. */
  const endpoint = () => transports().find((each) => each.startsWith(transport)) ?? "";

  test.each([
    ["server", theOneBinds],
    ["client", theOtherBinds],
  ])("a request gets its reply, when the %s binds", async (_, join) => {
    using server = new Reply(PATIENT);
    using client = new Request(PATIENT);
    await join(server, client, endpoint());

    for (const name of ["Hello", "Hello again"]) {
      await sSend(client, name);
      expect(await sRecv(server)).toBe(name);
      await sSend(server, `World, for ${name}`);
      expect(await sRecv(client)).toBe(`World, for ${name}`);
    }
  });

  test.each([
    ["publisher", theOneBinds],
    ["subscriber", theOtherBinds],
  ])("updates reach who subscribes to them, when the %s binds", async (_, join) => {
    using publisher = new Publisher({ linger: 0 });
    using subscriber = new Subscriber(PATIENT);
    await join(publisher, subscriber, endpoint());
    subscriber.subscribe("10001 ");
    await awaitSubscriptions(publisher, subscriber);

    for (const update of ["10001 1 2", "10002 3 4", "10001 5 6"]) await sSend(publisher, update);
    expect(await awaitSubscriptions(publisher, subscriber)).toEqual(["10001 1 2", "10001 5 6"]);
  });

  test.each([
    ["ventilator", theOneBinds],
    ["worker", theOtherBinds],
  ])("tasks arrive once and in their order, when the %s binds", async (_, join) => {
    using ventilator = new Push({ linger: 0 });
    using worker = new Pull(PATIENT);
    await join(ventilator, worker, endpoint());

    for (const task of ["1", "2", "3"]) await sSend(ventilator, task);
    for (const task of ["1", "2", "3"]) expect(await sRecv(worker)).toBe(task);
  });
});
