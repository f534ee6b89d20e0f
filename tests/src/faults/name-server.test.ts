/** A name server that does not answer: libzmq waits ten seconds for it, and meanwhile nothing else may stand still. */
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { describeWith, eventually, freePort, type RunningProcess } from "process-kit/jest";
import { Pull, Push, Router, XPublisher } from "zeromq";
import { bound, connected, receive } from "../support/sockets.js";
import { Hosts } from "./hosts.js";

/** What is looked up in vain. */
const NOBODY = "tcp://nobody.example";

let hosts: Hosts;
beforeEach(() => {
  hosts = new Hosts();
});
afterEach(() => hosts[Symbol.dispose]());

/** Notes when something happens, and finds out whether it goes on happening. */
class Rhythm {
  #last = performance.now();
  #steadySince = performance.now();

  beat(): void {
    const now = performance.now();
    if (now - this.#last > 200) this.#steadySince = now;
    this.#last = now;
  }

  /**
   * Waits for three seconds without a gap above 200 ms. A busy machine makes gaps, too; but a lookup leaves two seconds
   * between two gaps at most.
   */
  async isSteady(): Promise<void> {
    await eventually(() => this.#last - this.#steadySince > 3000, "three seconds without a gap above 200 ms");
  }
}

async function stopsInTime(child: RunningProcess): Promise<void> {
  const before = performance.now();
  await child.stop();
  expect(performance.now() - before).toBeLessThan(1000 + 500);
}

/** Does something again and again, until that has gone on steadily. */
async function isSteady(step: () => Promise<unknown>): Promise<void> {
  const rhythm = new Rhythm();
  const done = new AbortController();
  const run = async () => {
    while (!done.signal.aborted) {
      await step();
      rhythm.beat();
    }
  };
  const running = run();
  await rhythm.isSteady();
  done.abort();
  await running;
}

describeWith("netns", "while the name of a peer cannot be looked up,", () => {
  beforeEach(() => hosts.silenceNameServer());

  test("hello-client asks its other server", async () => {
    const { socket: router, endpoint } = await bound(new Router());
    const client = hosts.role("hello-client", { connect: [`${NOBODY}:5555`, endpoint], requests: 1_000_000 });
    await isSteady(async () => {
      const [sender = ""] = await receive(router);
      await router.send([sender, "", "World"]);
    });
    await stopsInTime(client);
  });

  test("wuclient hears its other publisher", async () => {
    const port = await freePort();
    const server = hosts.role("wuserver", { bind: `tcp://127.0.0.1:${port}`, rate: 1000 });
    const connect = [`${NOBODY}:5556`, `tcp://127.0.0.1:${port}`];
    const client = hosts.role("wuclient", { filters: [""], connect, updates: 3000 });
    await client.done(7000);
    await server.stop();
  });

  test("wuclient takes from its other publisher without a pause", async () => {
    // One that waits for its subscriber; its updates are so long that few of them fit into what is on the way
    const publisher = new XPublisher({ noDrop: true, sendHighWaterMark: 1 });
    const { endpoint } = await bound(publisher);
    const connect = [`${NOBODY}:5556`, endpoint];
    const client = hosts.role("wuclient", { filters: [""], connect, updates: 1_000_000 });
    await receive(publisher);
    const update = ["10001 20 30", Buffer.alloc(256 * 1024)];
    await isSteady(async () => {
      await publisher.send(update);
      await setTimeout(20);
    });
    await stopsInTime(client);
  });

  test("taskvent deals out its tasks, when the sink has gone", async () => {
    hosts.set({ sink: ["127.0.0.2"] });
    const { socket: sink, endpoint } = await bound(new Pull(), "127.0.0.2");
    const bind = `tcp://127.0.0.1:${await freePort()}`;
    const named = endpoint.replace("127.0.0.2", "sink");
    const vent = hosts.role("taskvent", { bind, sink: named, tasks: 100_000_000, workers: 1 });
    const first = connected(new Pull(), bind);
    await receive(sink);
    sink.close();
    hosts.set({});
    await vent.untilLogged(/^lost the connection to tcp:/);
    first.close();
    // A worker that comes is admitted, and gets a task
    await isSteady(async () => {
      const worker = connected(new Pull(), bind);
      await receive(worker);
      worker.close();
    });
    await stopsInTime(vent);
  });

  test("taskwork delivers its results, when the ventilator has gone", async () => {
    hosts.set({ ventilator: ["127.0.0.2"] });
    const { socket: sink, endpoint } = await bound(new Pull());
    const { socket: vent, endpoint: ventEndpoint } = await bound(new Push(), "127.0.0.2");
    const named = ventEndpoint.replace("127.0.0.2", "ventilator");
    const worker = hosts.role("taskwork", { vent: named, sink: endpoint });
    for (let n = 0; n < 900; n++) await vent.send("20");
    await receive(sink);
    vent.linger = 1000;
    vent.close();
    hosts.set({});
    await worker.untilLogged(/^lost the connection to tcp:/);
    await isSteady(() => receive(sink));
    await stopsInTime(worker);
  });

  test("jobvent gives out its jobs, when the sink has gone", async () => {
    const [port, sinkPort] = [await freePort(), await freePort()];
    const bind = `tcp://127.0.0.1:${port}`;
    hosts.set({ sink: ["127.0.0.2"] });
    const sink = hosts.role("jobsink", { bind: `tcp://127.0.0.2:${sinkPort}` });
    const vent = hosts.role("jobvent", { bind, sink: `tcp://sink:${sinkPort}`, jobs: 100_000 });
    const worker = hosts.role("jobwork", { vent: bind });
    await sink.until(/:/);
    await sink.stop();
    hosts.set({});
    await vent.untilLogged(/^lost the connection to tcp:/);
    const rhythm = new Rhythm();
    worker.onOutput("stdout", () => rhythm.beat());
    await rhythm.isSteady();
    await worker.stop();
    await stopsInTime(vent);
  });

  test.each<[name: string, options: Readonly<Record<string, string | number>>, begun: RegExp]>([
    ["hello-client", { connect: `${NOBODY}:5555`, timeout: 200 }, /^no reply from /],
    ["wuclient", { connect: `${NOBODY}:5556` }, /^no update for /],
    ["taskvent", { sink: `${NOBODY}:5558`, workers: 1 }, /^waiting for the sink/],
    ["taskwork", { vent: `${NOBODY}:5557`, sink: `${NOBODY}:5558` }, /^waiting for the sink/],
    ["jobvent", { sink: `${NOBODY}:5562` }, /^waiting for 1 workers/],
    ["jobwork", { vent: `${NOBODY}:5561` }, /^waiting for jobs/],
  ])("%s stops within a second", async (name, options, begun) => {
    const bind = `tcp://127.0.0.1:${await freePort()}`;
    const child = hosts.role(name, name.endsWith("vent") ? { ...options, bind } : options);
    if (name === "taskvent") connected(new Pull(), bind);
    await child.untilLogged(begun);
    await stopsInTime(child);
  });
});
