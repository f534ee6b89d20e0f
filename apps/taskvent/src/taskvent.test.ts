import { PassThrough } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { Pull } from "zeromq";
import { rebind, type RunningRole, startRole, transports } from "zmq-common/testing";
import { taskvent } from "./taskvent.js";

type Options = Parameters<typeof taskvent>[0];

/** What is typed on a terminal. */
const terminal = () => Object.assign(new PassThrough(), { isTTY: true });

/** A sink, and a ventilator that is told of it. */
async function start({
  transport = "tcp://127.0.0.1:*",
  input = terminal(),
  ...options
}: Partial<Options> & { transport?: string; input?: PassThrough } = {}) {
  const sink = new Pull({ receiveTimeout: 5000 });
  await sink.bind(transport.startsWith("tcp") ? transport : `${transport}-sink`);
  const vent = startRole(
    taskvent,
    { bind: [transport], sink: sink.lastEndpoint ?? "", tasks: 10, ...options },
    { input },
  );
  return {
    sink,
    vent,
    async [Symbol.asyncDispose]() {
      await vent.stop();
      sink.close();
    },
  };
}

async function worker(vent: RunningRole): Promise<Pull> {
  const socket = new Pull({ receiveTimeout: 5000 });
  socket.connect(await vent.endpoint());
  return socket;
}

async function take(socket: Pull, count: number): Promise<number[]> {
  const tasks: number[] = [];
  while (tasks.length < count) tasks.push(Number(String(await socket.receive())));
  return tasks;
}

test.each(transports().filter((transport) => !transport.startsWith("inproc")))(
  "sends the start of the batch to the sink and the tasks to the worker over %s",
  async (transport) => {
    await using batch = await start({ transport, workers: 1, tasks: 100 });
    using puller = await worker(batch.vent);
    expect(String(await batch.sink.receive())).toBe("0");
    const tasks = await take(puller, 100);
    for (const task of tasks) {
      expect(task).toBeGreaterThanOrEqual(1);
      expect(task).toBeLessThanOrEqual(100);
    }
    await batch.vent.done;
    const total = tasks.reduce((sum, task) => sum + task);
    expect(batch.vent.printed).toBe(`Sending tasks to workers...\nTotal expected cost: ${total} msec\n`);
  },
);

test("deals the tasks out evenly once all workers are there, and not before", async () => {
  await using batch = await start({ workers: 3, tasks: 30 });
  using first = await worker(batch.vent);
  using second = await worker(batch.vent);
  const said = () => batch.vent.logged.map(({ msg }) => msg);
  await batch.vent.until(() => said().includes("peers connected: 2"));
  expect(batch.vent.printed).toBe("");
  using third = await worker(batch.vent);
  const shares = await Promise.all([first, second, third].map((puller) => take(puller, 10)));
  await batch.vent.done;
  expect(shares.map((share) => share.length)).toEqual([10, 10, 10]);
  expect(said()[0]).toMatch(/^workers wanted: 3, on tcp:\S+$/);
});

test("the same seed makes the same tasks", async () => {
  const batches = [];
  for (const seed of [7, 7, 8]) {
    await using batch = await start({ workers: 1, seed });
    using puller = await worker(batch.vent);
    batches.push(await take(puller, 10));
  }
  expect(batches[1]).toEqual(batches[0]);
  expect(batches[2]).not.toEqual(batches[0]);
});

test("waits for the sink as well", async () => {
  using sink = new Pull({ receiveTimeout: 5000 });
  await sink.bind("tcp://127.0.0.1:*");
  const endpoint = sink.lastEndpoint ?? "";
  await sink.unbind(endpoint);
  await using batch = await start({ workers: 1, sink: endpoint });
  using puller = await worker(batch.vent);
  const waits = ({ msg }: { msg: string }) => msg === `waiting for the sink at ${endpoint}`;
  await batch.vent.until(() => batch.vent.logged.some(waits));
  expect(batch.vent.printed).toBe("Sending tasks to workers...\n");
  await rebind(sink, endpoint);
  expect(String(await sink.receive())).toBe("0");
  expect(await take(puller, 10)).toHaveLength(10);
});

describe("without a number of workers", () => {
  test("waits for Enter, as the chapter's does", async () => {
    const input = terminal();
    await using batch = await start({ input });
    using puller = await worker(batch.vent);
    await batch.vent.until(() => batch.vent.logged.some(({ msg }) => msg === "peers connected: 1"));
    expect(batch.vent.printed).toBe("Press Enter when the workers are ready: ");
    input.write("\n");
    await take(puller, 10);
    await batch.vent.done;
    expect(batch.vent.printed).toMatch(
      /ready: Sending tasks to workers\.\.\.\nTotal expected cost: \d+ msec\n$/,
    );
  });

  test("is content with one where nobody can press Enter", async () => {
    await using batch = await start({ input: new PassThrough() });
    using puller = await worker(batch.vent);
    await take(puller, 10);
    await batch.vent.done;
    expect(batch.vent.printed).toMatch(/^Sending tasks to workers\.\.\.\nTotal expected cost: \d+ msec\n$/);
  });

  test("ends where the input does", async () => {
    const input = terminal();
    await using batch = await start({ input });
    await batch.vent.until(() => batch.vent.printed !== "");
    input.end();
    await batch.vent.done;
    expect(batch.vent.printed).toBe("Press Enter when the workers are ready: ");
  });
});

test("nothing is lost when there is more to do than the queues hold", async () => {
  await using batch = await start({ workers: 1, tasks: 20_000 });
  using puller = await worker(batch.vent);
  expect(await take(puller, 20_000)).toHaveLength(20_000);
  await batch.vent.done;
});

async function stopped(vent: RunningRole): Promise<void> {
  await vent.stop();
  await expect(vent.done).rejects.toThrow();
}

describe("a stop ends it", () => {
  test("while it waits for workers", async () => {
    await using batch = await start({ workers: 2 });
    await batch.vent.endpoint();
    await stopped(batch.vent);
  });

  test("at the prompt", async () => {
    await using batch = await start();
    await batch.vent.until(() => batch.vent.printed !== "");
    await stopped(batch.vent);
  });

  test("while nobody takes its tasks", async () => {
    await using batch = await start({ workers: 0, tasks: 20_000 });
    await batch.vent.until(() => batch.vent.printed !== "");
    await stopped(batch.vent);
  });
});
