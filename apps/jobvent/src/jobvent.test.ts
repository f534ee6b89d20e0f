import { expect, test } from "@jest/globals";
import { Dealer, Router } from "zeromq";
import { startRole } from "zmq-common/testing";
import { jobvent } from "./jobvent.js";

/** A sink, and a ventilator that is connected to it. */
async function start(options: Partial<Parameters<typeof jobvent>[0]> = {}) {
  const sink = new Router({ linger: 0, receiveTimeout: 5000 });
  await sink.bind("tcp://127.0.0.1:*");
  const endpoints = { bind: ["tcp://127.0.0.1:*"], sink: sink.lastEndpoint ?? "" };
  const vent = startRole(jobvent, { ...endpoints, jobs: 3, seed: 1, workers: 1, attempts: 3, ...options });
  let identity: Buffer = Buffer.alloc(0);
  return {
    vent,
    async fromVent(): Promise<string[]> {
      const [from = identity, ...frames] = await sink.receive();
      identity = from;
      return frames.map(String);
    },
    toVent: (...frames: string[]) => sink.send([identity, ...frames]),
    async worker(): Promise<Dealer> {
      const socket = new Dealer({ linger: 0, receiveTimeout: 5000 });
      socket.connect(await vent.endpoint());
      return socket;
    },
    async [Symbol.asyncDispose]() {
      await vent.stop();
      sink.close();
    },
  };
}

const texts = (frames: Buffer[]) => frames.map(String);

/** Registers a worker with a window, and returns its token. */
async function register(worker: Dealer, window: number): Promise<string> {
  await worker.send(["READY", "", `${window} 10000`]);
  const [, token = ""] = texts(await worker.receive());
  await worker.send(["READY", token, `${window} 10000`]);
  return token;
}

test("gives out jobs, passes on what was done, and ends when the sink has everything", async () => {
  await using batch = await start();
  const [kind, state] = await batch.fromVent();
  expect([kind, state]).toEqual(["BATCH", expect.stringMatching(/^[0-9a-f]{16} 3$/)]);
  using worker = await batch.worker();
  const token = await register(worker, 3);
  expect(batch.vent.printed).toBe("");
  await batch.toVent("HAVE");
  const tasks = texts(await worker.receive());
  expect(tasks).toEqual(["TASK", "0", expect.stringMatching(/^(?:\d+\n){3}$/)]);
  await worker.send(["DONE", token, "3 10000", "0\n2 two\n"]);
  expect(await batch.fromVent()).toEqual(["DONE", "1 1", "0\n2 two\n"]);
  await worker.send(["DONE", token, "3 10000", "2 again\n1\n"]);
  expect(await batch.fromVent()).toEqual(["DONE", "2 1", "1\n"]);
  await batch.toVent("ACK", "2");
  expect(await batch.fromVent()).toEqual(["END", "3 1"]);
  await batch.toVent("ACK", "3");
  await batch.vent.done;
  expect(texts(await worker.receive())).toEqual(["STOP"]);
  expect(batch.vent.printed).toMatch(/^Sending jobs to workers\.\.\.\nTotal expected cost: \d+ msec\n$/);
});

test("does not give out what the sink has, nor end before it has the rest", async () => {
  await using batch = await start();
  await batch.fromVent();
  await batch.toVent("HAVE", "0-1\n");
  using worker = await batch.worker();
  await register(worker, 5);
  expect(texts(await worker.receive())).toEqual(["TASK", "2", expect.stringMatching(/^\d+\n$/)]);
});

test("a stop ends it, whatever it waits for", async () => {
  await using batch = await start();
  await batch.vent.endpoint();
  await batch.vent.stop();
  await expect(batch.vent.done).rejects.toThrow("stopped by the test");
});

test("a sink with another batch is an error", async () => {
  await using batch = await start();
  await batch.fromVent();
  await batch.toVent("REFUSE", "the sink collects another batch");
  await expect(batch.vent.done).rejects.toThrow("the sink collects another batch");
});
