import { expect, test } from "@jest/globals";
import { Push } from "zeromq";
import { type RunningRole, startRole, transports } from "zmq-common/testing";
import { tasksink } from "./tasksink.js";

const collect = (options: Partial<Parameters<typeof tasksink>[0]> = {}) =>
  startRole(tasksink, { bind: ["tcp://127.0.0.1:*"], tasks: 25, ...options });

async function pusher(sink: RunningRole): Promise<Push> {
  const socket = new Push({ linger: 500 });
  socket.connect(await sink.endpoint());
  return socket;
}

test.each(transports())("shows each result and how long the batch took over %s", async (endpoint) => {
  await using sink = collect({ bind: [endpoint] });
  using socket = await pusher(sink);
  await socket.send("0");
  for (let n = 0; n < 25; n++) await socket.send("");
  await sink.done;
  expect(sink.printed).toMatch(/^:\.{9}:\.{9}:\.{4}\nTotal elapsed time: \d+ msec\n$/);
});

test("takes a start and results with any content", async () => {
  await using sink = collect({ tasks: 3 });
  using socket = await pusher(sink);
  await socket.send(Buffer.from([0x30, 0x7f]));
  await socket.send("done");
  await socket.send(Buffer.from([0xff, 0]));
  await socket.send(["two", "frames"]);
  await sink.done;
  expect(sink.printed).toMatch(/^:\.\.\n/);
});

test("results before the start are counted and logged, and start no batch", async () => {
  await using sink = collect({ tasks: 3 });
  using socket = await pusher(sink);
  for (let n = 0; n < 12; n++) await socket.send("");
  await socket.send("0");
  for (let n = 0; n < 3; n++) await socket.send("");
  await sink.done;
  expect(sink.printed).toMatch(/^:\.\.\n/);
  const warnings = sink.logged.filter(({ level }) => level === 40).map(({ msg, count }) => [msg, count]);
  const warning = "a result came before the start of the batch: it starts none";
  expect(warnings).toEqual([
    [warning, 1],
    [warning, 10],
    ["results that came before the start of the batch, in all", 12],
  ]);
});

test("a result that overtook the start is counted where the batch stands still without it", async () => {
  await using sink = collect({ tasks: 5 });
  using socket = await pusher(sink);
  for (const message of ["", "", "0", "", "", ""]) await socket.send(message);
  await sink.done;
  expect(sink.printed).toMatch(/^:\.{4}\nTotal/);
  expect(sink.logged.at(-1)).toMatchObject({
    msg: "the batch stood still: counted results that came just before its start",
    count: 2,
  });
});

test("what may have overtaken the start is not counted while results come", async () => {
  await using sink = collect({ tasks: 2, timeout: 5000 });
  using socket = await pusher(sink);
  for (const message of ["", "", "0", ""]) await socket.send(message);
  await sink.until(() => sink.printed === ":");
  await socket.send("");
  await sink.done;
  expect(sink.logged.filter(({ msg }) => msg.startsWith("the batch stood still"))).toEqual([]);
});

test("the clock starts with the batch, not before", async () => {
  await using sink = collect({ tasks: 1 });
  using socket = await pusher(sink);
  await sink.until(() => sink.logged.length > 0);
  const begin = performance.now();
  await socket.send("0");
  await socket.send("");
  await sink.done;
  const elapsed = Number(/time: (\d+) msec/.exec(sink.printed)?.[1]);
  expect(elapsed).toBeLessThanOrEqual(performance.now() - begin + 1);
});

test("with a timeout, gives up on results that do not come and says how many did", async () => {
  await using sink = collect({ timeout: 200 });
  using socket = await pusher(sink);
  await socket.send("0");
  for (let n = 0; n < 7; n++) await socket.send("");
  await expect(sink.done).rejects.toThrow("7 of 25 results came; gave up after 200 ms without one");
  expect(sink.printed).toBe(":......");
});

test("the timeout does not count before the batch has started", async () => {
  await using sink = collect({ timeout: 100, tasks: 1 });
  await sink.endpoint();
  // Longer than the timeout: what is awaited here is that nothing happens
  expect(await Promise.race([sink.done, new Promise((resolve) => setTimeout(resolve, 300, "waiting"))])).toBe(
    "waiting",
  );
  using socket = await pusher(sink);
  await socket.send("0");
  await socket.send("");
  await sink.done;
});

test("says what it waits for", async () => {
  await using sink = collect();
  using socket = await pusher(sink);
  await socket.send("0");
  await socket.send("");
  const said = (line: RegExp) => sink.logged.some(({ msg }) => line.test(msg));
  await sink.until(() => said(/^waiting for the start of the batch on tcp:\S+$/));
  await sink.until(() => said(/^1 of 25 results came; none for \d+ ms, waiting$/));
});

test.each(["before the batch", "during the batch"])("a stop %s ends it", async (when) => {
  await using sink = collect();
  using socket = await pusher(sink);
  if (when === "during the batch") {
    await socket.send("0");
    await socket.send("");
    await sink.until(() => sink.printed === ":");
  }
  await sink.stop();
  await expect(sink.done).rejects.toThrow("stopped by the test");
  expect(sink.printed).not.toContain("elapsed");
});
