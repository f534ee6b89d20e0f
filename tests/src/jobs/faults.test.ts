/** What may go wrong, one thing at a time; all at once is in histories.test.ts. */
import { mkdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { eventually, peer, residentMemory, role, testWith } from "process-kit/jest";
import { Dealer } from "zeromq";
import { faultsOf, readJournal } from "./journal.js";
import { errorsOf, Pipeline } from "./pipeline.js";

const times = (count: number, line: string | number) => Array.from({ length: count }, () => line);

const begun = ({ stdout }: { stdout: string }) => stdout.split(".").length - 1;

describe("workers come and go", () => {
  test("one that comes late gets work at once, and one that leaves hands back what it has not begun", async () => {
    await using jobs = await Pipeline.create();
    const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input(times(60, 50)) })];
    const first = jobs.worker();
    await first.until(/^50\.50\./);
    const second = jobs.worker();
    await second.until(/^50\.50\./);
    await first.stop();
    await Promise.all([vent.done(), sink.done(), second.done()]);
    expect(begun(first) + begun(second)).toBe(60);
  });

  test("one that has not finished its job in time hands back that, too", async () => {
    await using jobs = await Pipeline.create();
    const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input([5000]) })];
    const first = jobs.worker({ grace: 100 });
    await first.until(/^5000\./);
    await first.stop();
    const second = jobs.worker();
    await Promise.all([vent.done(), sink.done()]);
    expect([begun(first), begun(second)]).toEqual([1, 1]);
  });

  test("a job that is done within the grace counts", async () => {
    await using jobs = await Pipeline.create();
    const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input([1500]) })];
    const worker = jobs.worker();
    await worker.until(/^1500\./);
    await worker.stop();
    await Promise.all([vent.done(), sink.done()]);
    expect(begun(worker)).toBe(1);
  });

  test("what a killed one held is given out again", async () => {
    await using jobs = await Pipeline.create();
    const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input([60_000]), attempts: 2 })];
    const [first, second] = [jobs.worker(), jobs.worker()];
    const holder = await Promise.race(
      [first, second].map(async (each) => (await each.until(/^60000\./), each)),
    );
    const other = holder === first ? second : first;
    holder.kill("SIGKILL");
    await other.until(/^60000\./);
    other.kill("SIGKILL");
    await vent.done();
    expect(await sink.exited()).toEqual({ code: 1, signal: null });
    expect(readJournal(jobs.path("sink")).dead).toEqual([[0, "2 its worker was lost"]]);
  });

  test("one that hangs is given up after its ttl; what it says afterwards counts once", async () => {
    await using jobs = await Pipeline.create();
    const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input(times(40, 20)) })];
    const [first, second] = [jobs.worker({ ttl: 400 }), jobs.worker({ ttl: 400 })];
    await Promise.all([first.until(/^20\./), second.until(/^20\./)]);
    first.kill("SIGSTOP");
    await vent.untilLogged(/^a worker was silent for 400 ms; jobs held: [12]$/);
    first.kill("SIGCONT");
    await Promise.all([vent.done(), sink.done()]);
    const { results } = readJournal(jobs.path("sink"));
    expect(
      faultsOf(
        results.map(([id]) => id),
        40,
      ),
    ).toEqual([]);
  });

  test("it waits for as many as it is told to", async () => {
    await using jobs = await Pipeline.create();
    const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input(times(20, 5)), workers: 2 })];
    const first = jobs.worker();
    await vent.untilLogged(/^peers connected: 1$/);
    expect(vent.stdout).toBe("");
    const second = jobs.worker();
    await Promise.all([vent.done(), sink.done()]);
    expect(begun(first)).toBeGreaterThan(0);
    expect(begun(second)).toBeGreaterThan(0);
  });
});

describe("workers in other languages", () => {
  for (const [language, tool] of [
    ["C", "gcc"],
    ["Python", "pyzmq"],
  ] as const) {
    testWith(tool, `do their share, and stop when the batch is done: ${language}`, async () => {
      await using jobs = await Pipeline.create();
      const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input(times(200, 1)), workers: 2 })];
      const ours = jobs.worker();
      const theirs = await peer(language, "jobwork", [jobs.bind, 3, 10_000]);
      await Promise.all([vent.done(), sink.done(), ours.done(), theirs.done()]);
      expect(begun(theirs)).toBeGreaterThan(10);
      expect(begun(ours) + begun(theirs)).toBe(200);
    });

    testWith(tool, `a poison job kills several, and is then dead: ${language}`, async () => {
      await using jobs = await Pipeline.create();
      const input = jobs.input([...times(10, 1), "die", ...times(10, 1)]);
      const [sink, vent] = [jobs.sink(), jobs.vent({ input, attempts: 2 })];
      // One that holds it together with others blames none of them; each time another one comes
      while (vent.exit === undefined) {
        const theirs = await peer(language, "jobwork", [jobs.bind, 5, 10_000]);
        await Promise.race([theirs.exited(), vent.exited()]);
      }
      await vent.done();
      expect(await sink.exited()).toEqual({ code: 1, signal: null });
      const { dead, results } = readJournal(jobs.path("sink"));
      expect(dead).toEqual([[10, "2 its worker was lost"]]);
      expect(results).toHaveLength(20);
    });
  }
});

describe("strangers", () => {
  test("results of another batch, forged tokens and nonsense change nothing", async () => {
    await using jobs = await Pipeline.create();
    const [sink, vent] = [jobs.sink(), jobs.vent({ input: jobs.input(times(30, 30)) })];
    const worker = jobs.worker();
    await worker.until(/^30\./);
    const stranger = new Dealer({ linger: 0, receiveTimeout: 10_000 });
    stranger.connect(jobs.bind);
    const lines = Array.from({ length: 30 }, (_, id) => `${id} forged\n`).join("");
    for (const token of ["", "0123456789abcdef.00000000.1", "x", "0".repeat(100_000)]) {
      await stranger.send(["DONE", token, "5 10000", lines]);
      await stranger.send(["FAIL", token, "5 10000", lines]);
      await stranger.send(["BYE", token, "5 10000"]);
    }
    await stranger.send([Buffer.alloc(1000, 0xff), "", ""]);
    await stranger.send("");
    // It answers in turn, so it has read all that by now. A peer that does not echo its token gets no job
    await stranger.send(["READY", "", "5 10000"]);
    const [hello, token] = await stranger.receive();
    expect([String(hello), String(token)]).toEqual(["HELLO", expect.stringMatching(/^[0-9a-f]{16}\./)]);
    await Promise.all([vent.done(), sink.done()]);
    stranger.close();
    const { results } = readJournal(jobs.path("sink"));
    expect(results.map(([, result]) => result).join("")).toBe("");
    expect(
      faultsOf(
        results.map(([id]) => id),
        30,
      ),
    ).toEqual([]);
    expect(begun(worker)).toBe(30);
    expect(vent.logLines(/^malformed message$/).length).toBeGreaterThan(0);
  });

  test("with keys, everything runs, and a stranger is kept out", async () => {
    await using jobs = await Pipeline.create();
    const curveDir = jobs.path("keys");
    mkdirSync(curveDir);
    await role("keys", { names: ["jobvent", "jobwork", "jobsink"], dir: curveDir }).done();
    const sink = jobs.sink({ curveDir });
    const vent = jobs.vent({ input: jobs.input(times(20, 20)), curveDir });
    const stranger = jobs.worker();
    expect(await stranger.exited()).toEqual({ code: 1, signal: null });
    expect(errorsOf(stranger)).toContainEqual(expect.stringMatching(/^refused by .*: it asks for a key/));
    const worker = jobs.worker({ curveDir });
    await Promise.all([vent.done(), sink.done(), worker.done()]);
    expect(begun(worker)).toBe(20);
    expect(begun(stranger)).toBe(0);
  });
});

test("while the sink stands still, the ventilator keeps so much and no more", async () => {
  await using jobs = await Pipeline.create();
  const count = 400_000;
  const sink = jobs.sink();
  // Long results, so that the limit is reached long before the batch is done
  const vent = jobs.vent({ input: jobs.input(times(count, "0")) });
  await sink.untilLogged(/^peers connected: 1$/);
  const worker = await writer(jobs.bind);
  await eventually(() => readResults(jobs) > 0, "a result in the journal");
  sink.kill("SIGSTOP");
  const before = residentMemory(vent.pid ?? 0);
  await eventually(() => worker.idle() > 500, "the ventilator to hold back", 60_000);
  expect(residentMemory(vent.pid ?? 0) - before).toBeLessThan(150);
  expect(worker.done).toBeLessThan(count);
  sink.kill("SIGCONT");
  await Promise.all([vent.done(60_000), sink.done(60_000)]);
  const { results } = readJournal(jobs.path("sink"));
  expect(results).toHaveLength(count);
  worker.close();
});

function readResults(jobs: Pipeline): number {
  try {
    return readJournal(jobs.path("sink")).results.length;
  } catch {
    return 0;
  }
}

/** A worker that answers each job with 100 bytes at once, for each job others. */
async function writer(endpoint: string) {
  const socket = new Dealer({ linger: 0 });
  socket.connect(endpoint);
  const state = { done: 0, last: performance.now() };
  let token = "";
  const ready = () => socket.send(["READY", token, "1000 60000"]).catch(() => {});
  await ready();
  void (async () => {
    for await (const [kind, field, payloads] of socket) {
      if (String(kind) === "HELLO") {
        token = String(field);
        await ready();
      } else if (String(kind) === "TASK") {
        const ids = String(payloads)
          .split("\n")
          .slice(0, -1)
          .map((_, n) => Number(field) + n);
        state.done += ids.length;
        state.last = performance.now();
        const lines = ids.map((id) => `${id} ${String(id).padEnd(100, "x")}\n`).join("");
        await socket.send(["DONE", token, "1000 60000", lines]);
      }
    }
  })().catch(() => {});
  return {
    get done() {
      return state.done;
    },
    idle: () => performance.now() - state.last,
    close: () => socket.close(),
  };
}
