/** ventilator (PUSH) -> tasks -> workers (PULL, PUSH) -> results -> sink (PULL). */
import { describe, expect, test } from "@jest/globals";
import { Pull, Push, type Socket, type SocketOptions } from "zeromq";
import { Peers } from "zmq-common";
import { freeEndpoint } from "../support/ports.js";
import { type Child, role } from "../support/processes.js";
import { bound, connected } from "../support/sockets.js";
import { boundInside } from "./inside.js";
import { interleaved } from "./interleaved.js";

const DEADLINE = 20_000;

/** Binds a socket, and counts its peers. */
async function counted<S extends Push | Pull>(socket: S) {
  const peers = new Peers(socket);
  const { endpoint } = await bound(socket);
  return { socket, endpoint, peers: (count: number) => peers.atLeast(count, AbortSignal.timeout(DEADLINE)) };
}

/** Starts a worker whose results are its name. Returns the socket that it takes tasks from. */
function startWorker(name: string, vent: string, sink: string, options: SocketOptions<Pull> = {}): Pull {
  const receiver = new Pull(options);
  const sender = connected(new Push(), sink);
  void (async () => {
    for (;;) {
      await receiver.receive();
      await sender.send(name);
    }
    // Until the sockets are closed
  })().catch(() => {});
  return connected(receiver, vent);
}

/** Waits until a socket that connects has found nobody, and put off the next try for its reconnect interval. */
function refused(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.events.on("connect:retry", resolve));
}

async function send(vent: Push, tasks: number): Promise<void> {
  for (let n = 0; n < tasks; n++) await vent.send(String(n));
}

/** How many of the next results are whose. */
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
    const vent = await counted(new Push());
    const sink = await bound(new Pull());
    for (const name of ["a", "b", "c", "d"]) startWorker(name, vent.endpoint, sink.endpoint);
    await vent.peers(4);

    await send(vent.socket, 100);
    expect(await results(sink.socket, 100)).toEqual({ a: 25, b: 25, c: 25, d: 25 });
  });

  test("without the wait, the first worker gets most of it while the others are still connecting", async () => {
    const endpoint = await freeEndpoint();
    const sink = await bound(new Pull());
    // Both found nobody; one looks again in a moment, the other in half a second
    const receivers = [
      startWorker("first", endpoint, sink.endpoint, { reconnectInterval: 50 }),
      startWorker("second", endpoint, sink.endpoint, { reconnectInterval: 500 }),
    ];
    await Promise.all(receivers.map(refused));

    using vent = new Push({ linger: 0 });
    const workers = new Peers(vent);
    await vent.bind(endpoint);
    await send(vent, 100);
    expect(await results(sink.socket, 100)).toEqual({ first: 100 });

    // Once both are there they share
    await workers.atLeast(2, AbortSignal.timeout(DEADLINE));
    await send(vent, 100);
    expect(await results(sink.socket, 100)).toEqual({ first: 50, second: 50 });
  });

  test("workers can be added at any time: nobody else is told", async () => {
    const vent = await counted(new Push());
    const sink = await bound(new Pull());
    const start = () => role("taskwork", ["--vent", vent.endpoint, "--sink", sink.endpoint]);
    const workers: Child[] = [];
    for (const count of [1, 2, 3]) {
      workers.push(start());
      await vent.peers(count);
      for (let n = 0; n < 6; n++) await vent.socket.send("1");
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
    const sink = await counted(new Pull({ receiveHighWaterMark: 0 }));
    const [loud, quiet] = [new Push({ sendHighWaterMark: 0 }), new Push({ sendHighWaterMark: 0 })];
    connected(loud, sink.endpoint);
    connected(quiet, sink.endpoint);
    await sink.peers(2);

    const order = await interleaved(loud, quiet, sink.socket);
    expect(order.lastIndexOf("q")).toBeLessThan(order.length / 2);
  });

  test("takes one from each in turn where all have some", async () => {
    const sink = await boundInside(new Pull({ receiveHighWaterMark: 0 }));
    const [loud, quiet] = [new Push({ sendHighWaterMark: 0 }), new Push({ sendHighWaterMark: 0 })];
    connected(loud, sink.endpoint);
    connected(quiet, sink.endpoint);

    const order = await interleaved(loud, quiet, sink.socket);
    expect(order).toMatch(/^L?(qL){100}L+$/);
  });
});

describe("a batch", () => {
  test.each([
    [1, "the whole"],
    [2, "a half"],
    [4, "a quarter"],
  ])("with %i workers takes about %s of its cost", async (count, _share) => {
    const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
    const collector = role("tasksink", ["--bind", sink]);
    const workers = Array.from({ length: count }, () => role("taskwork", ["--vent", vent, "--sink", sink]));
    const batch = ["--workers", String(count), "--seed", "1"];
    const ventilator = role("taskvent", ["--bind", vent, "--sink", sink, ...batch]);

    const [, cost] = await ventilator.line(/^Total expected cost: (\d+) msec$/);
    const [, elapsed] = await collector.line(/^Total elapsed time: (\d+) msec$/);
    const whole = (Number(elapsed) * count) / Number(cost);
    expect(whole).toBeGreaterThan(0.9);
    expect(whole).toBeLessThan(1.5);

    for (const worker of workers) {
      await worker.stop();
      expect(worker.stdout.match(/\d+\./g)).toHaveLength(100 / count);
    }
  });
});
