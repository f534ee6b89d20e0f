/** ventilator (PUSH) -> tasks -> workers (PULL, PUSH) -> results -> sink (PULL). */
import { describe, expect, test } from "@jest/globals";
import { freeEndpoint, role, type RunningProcess } from "process-kit/jest";
import { Pull, Push, type Socket } from "zeromq";
import { sSend } from "zmq-common";
import { bound, boundInproc, connected, monitor } from "../support/sockets.js";
import { interleaved } from "./interleaved.js";

/** Binds a socket whose connections can be waited for. */
async function boundAndMonitored<S extends Socket>(socket: S) {
  const event = monitor(socket);
  return { ...(await bound(socket)), event };
}

/** Has a worker take tasks from a socket. Its results are its name. */
function work(receiver: Pull, sink: string, name: string): void {
  const sender = connected(new Push(), sink);
  void (async () => {
    for (;;) {
      await receiver.receive();
      await sender.send(name);
    }
    // Until the sockets are closed
  })().catch(() => {});
}

async function sendTasks(ventilator: Push, tasks: number): Promise<void> {
  for (let n = 0; n < tasks; n++) await sSend(ventilator, "1");
}

/** How many of the next results each worker has sent. */
async function results(sink: Pull, tasks: number): Promise<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (let n = 0; n < tasks; n++) {
    const name = String((await sink.receive())[0]);
    shares[name] = (shares[name] ?? 0) + 1;
  }
  return shares;
}

describe("PUSH", () => {
  test("shares tasks evenly among the workers that are connected before the batch", async () => {
    const vent = await boundAndMonitored(new Push());
    const sink = await bound(new Pull());
    for (const name of ["a", "b", "c", "d"]) {
      work(connected(new Pull(), vent.endpoint), sink.endpoint, name);
    }
    await vent.event("handshake", 4);

    await sendTasks(vent.socket, 100);
    expect(await results(sink.socket, 100)).toEqual({ a: 25, b: 25, c: 25, d: 25 });
  });

  test("without the wait, the first worker gets most of it while the others are still connecting", async () => {
    const endpoint = await freeEndpoint();
    const sink = await bound(new Pull());
    // Both found nobody; one looks again in a moment, the other in half a second
    for (const [name, reconnectInterval] of [
      ["first", 50],
      ["second", 500],
    ] as const) {
      const receiver = new Pull({ reconnectInterval });
      const event = monitor(receiver);
      work(connected(receiver, endpoint), sink.endpoint, name);
      await event("connect:retry");
    }

    using vent = new Push({ linger: 0 });
    const event = monitor(vent);
    await vent.bind(endpoint);
    await sendTasks(vent, 100);
    expect(await results(sink.socket, 100)).toEqual({ first: 100 });

    // Once both are there they share
    await event("handshake", 2);
    await sendTasks(vent, 100);
    expect(await results(sink.socket, 100)).toEqual({ first: 50, second: 50 });
  });

  test("workers can be added at any time: no other part is told", async () => {
    const vent = await boundAndMonitored(new Push());
    const sink = await bound(new Pull());
    const start = () => role("taskwork", { vent: vent.endpoint, sink: sink.endpoint });
    const workers: RunningProcess[] = [];
    while (workers.length < 3) {
      workers.push(start());
      await vent.event("handshake");
      await sendTasks(vent.socket, 6);
      expect(await results(sink.socket, 6)).toEqual({ "": 6 });
    }
    // 6 tasks for one, then 6 for two, then 6 for three
    for (const [n, tasks] of [6 + 3 + 2, 3 + 2, 2].entries()) {
      await workers[n]?.stop();
      expect(workers[n]?.stdout).toBe("1.".repeat(tasks));
    }
  });
});

describe("PULL", () => {
  test("takes results from all workers in turn: none drowns out the others", async () => {
    const sink = await boundAndMonitored(new Pull({ receiveHighWaterMark: 0 }));
    const [loud, quiet] = [new Push({ sendHighWaterMark: 0 }), new Push({ sendHighWaterMark: 0 })];
    connected(loud, sink.endpoint);
    connected(quiet, sink.endpoint);
    await sink.event("handshake", 2);

    const order = await interleaved(loud, quiet, sink.socket);
    expect(order.lastIndexOf("q")).toBeLessThan(order.length / 2);
  });

  test("takes one from each in turn where all have some", async () => {
    const sink = await boundInproc(new Pull({ receiveHighWaterMark: 0 }));
    const [loud, quiet] = [new Push({ sendHighWaterMark: 0 }), new Push({ sendHighWaterMark: 0 })];
    connected(loud, sink.endpoint);
    connected(quiet, sink.endpoint);

    const order = await interleaved(loud, quiet, sink.socket);
    expect(order).toMatch(/^L?(qL){100}L+$/);
  });
});

describe("a batch", () => {
  test.each([
    ["one worker takes about the whole", 1],
    ["two workers takes about half", 2],
    ["four workers takes about a quarter", 4],
  ])("with %s of its cost", async (_, count) => {
    const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
    const collector = role("tasksink", { bind: sink });
    const workers = Array.from({ length: count }, () => role("taskwork", { vent, sink }));
    const ventilator = role("taskvent", { bind: vent, sink, workers: count, seed: 1 });

    const [, cost] = await ventilator.line(/^Total expected cost: (\d+) msec$/);
    const [, elapsed] = await collector.line(/^Total elapsed time: (\d+) msec$/);
    // Where the band of a count ends, that of half as many workers begins
    const share = Number(elapsed) / Number(cost);
    expect(share).toBeGreaterThan(0.9 / count);
    expect(share).toBeLessThan(1.8 / count);

    for (const worker of workers) {
      await worker.stop();
      expect(worker.stdout.match(/\d+\./g)).toHaveLength(100 / count);
    }
  });
});
