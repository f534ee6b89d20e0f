import { describe, expect, test } from "@jest/globals";
import { Pull, Push } from "zeromq";
import { rebind, startRole, transports } from "zmq-common/testing";
import { taskwork } from "./taskwork.js";

/** vent (PUSH) -> worker -> sink (PULL) */
async function start(transport = "tcp://127.0.0.1:*") {
  const vent = new Push({ linger: 0 });
  const sink = new Pull({ receiveTimeout: 5000 });
  const wildcard = transport.includes("*");
  await vent.bind(wildcard ? transport : `${transport}-vent`);
  await sink.bind(wildcard ? transport : `${transport}-sink`);
  const worker = startRole(taskwork, { vent: vent.lastEndpoint ?? "", sink: sink.lastEndpoint ?? "" });
  return {
    vent,
    sink,
    worker,
    async [Symbol.asyncDispose]() {
      await worker.stop();
      vent.close();
      sink.close();
    },
  };
}

// There is no telling over inproc whether the sink is there
const counted = transports().filter((transport) => !transport.startsWith("inproc"));

test.each(counted)("does one task after another and confirms each over %s", async (transport) => {
  await using line = await start(transport);
  for (const task of ["10", "20", "30"]) await line.vent.send(task);
  const begin = performance.now();
  for (let n = 0; n < 3; n++) expect(String(await line.sink.receive())).toBe("");
  expect(performance.now() - begin).toBeGreaterThanOrEqual(50);
  expect(line.worker.printed).toBe("10.20.30.");
});

describe("reads tasks as other ventilators send them", () => {
  test.each<[string, Buffer]>([
    ["padded with NULs to ten bytes (C++)", Buffer.concat([Buffer.from("7"), Buffer.alloc(9)])],
    ["a 32-bit little-endian integer (C#)", Buffer.from([7, 0, 0, 0])],
  ])("%s", async (_, task) => {
    await using line = await start();
    await line.vent.send(task);
    await line.sink.receive();
    expect(line.worker.printed).toBe("7.");
  });
});

test("a task that is no number costs nothing, is confirmed all the same, and logged", async () => {
  await using line = await start();
  await line.vent.send("soon");
  await line.vent.send(["7", "8"]);
  await line.vent.send("9");
  for (let n = 0; n < 3; n++) await line.sink.receive();
  expect(line.worker.printed).toBe("?.?.9.");
  expect(line.worker.logged.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
    "malformed task",
  ]);
});

test("takes no task before it has reached the sink", async () => {
  using vent = new Push({ linger: 0 });
  await vent.bind("tcp://127.0.0.1:*");
  using sink = new Pull({ receiveTimeout: 5000 });
  await sink.bind("tcp://127.0.0.1:*");
  const endpoint = sink.lastEndpoint ?? "";
  await sink.unbind(endpoint);
  await using worker = startRole(taskwork, { vent: vent.lastEndpoint ?? "", sink: endpoint });
  await worker.until(() => worker.logged.some(({ msg }) => msg === `waiting for the sink at ${endpoint}`));
  // Nobody is there to take it
  vent.sendTimeout = 0;
  await expect(vent.send("7")).rejects.toMatchObject({ code: "EAGAIN" });
  vent.sendTimeout = -1;
  await rebind(sink, endpoint);
  await vent.send("7");
  expect(String(await sink.receive())).toBe("");
});

test("a stop cuts a task short, and does not confirm it", async () => {
  await using line = await start();
  await line.vent.send("60000");
  await line.worker.until(() => line.worker.printed === "60000.");
  await line.worker.stop();
  await expect(line.worker.done).rejects.toThrow("stopped by the test");
  // Nothing from the worker comes before what another one says
  using other = new Push({ linger: 500 });
  other.connect(line.sink.lastEndpoint ?? "");
  await other.send("sentinel");
  expect(String(await line.sink.receive())).toBe("sentinel");
});

test("a stop while it waits ends it", async () => {
  await using line = await start();
  await line.worker.stop();
  await expect(line.worker.done).rejects.toThrow("stopped by the test");
});
