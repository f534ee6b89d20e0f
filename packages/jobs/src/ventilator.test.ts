/** What the ventilator decides, case by case; that nothing is lost by it is in histories.test.ts. */
import { expect, test } from "@jest/globals";
import { Batch } from "./batch.js";
import { type Failure, RefusedBatchError, Ventilator, type VentilatorOptions } from "./ventilator.js";
import { type Frames, MAX_TEXT, parseVentilatorMessage } from "./wire.js";

/** A ventilator with a sink that is there, and a shorthand for all that its workers say. */
class Bench {
  readonly ventilator: Ventilator;
  readonly failures: Failure[] = [];
  now = 0;
  readonly #tokens = new Map<string, string>();

  constructor(jobs: number, options: Partial<VentilatorOptions> = {}, sinkHas = "") {
    const payloads = Array.from({ length: jobs }, (_, id) => `p${id}\n`).join("");
    this.ventilator = new Ventilator({
      journal: {
        batch: new Batch("0123456789abcdef", Buffer.from(payloads)),
        incarnation: "00000001",
        failures: [],
        fail: (failure) => this.failures.push(failure),
      },
      attempts: 2,
      workers: 1,
      ...options,
    });
    this.ventilator.sinkConnected();
    this.fromSink("HAVE", sinkHas);
  }

  say(worker: string, kind: string, window = 1, lines = ""): void {
    const frames = [worker, kind, this.#tokens.get(worker) ?? "", `${window} 1000`, lines];
    this.ventilator.fromWorker(
      frames.slice(0, lines === "" ? 4 : 5).map((frame) => Buffer.from(frame)),
      this.now,
    );
  }

  lose(worker: string): void {
    this.ventilator.fromWorker([Buffer.from(worker), Buffer.from("GONE")], this.now);
  }

  fromSink(...frames: string[]): void {
    this.ventilator.fromSink(frames.map((frame) => Buffer.from(frame)));
  }

  /** Ends the turn. Returns the ids that each worker was given, and what else it was told. */
  turn(): Record<string, string[]> {
    this.ventilator.endTurn(this.now);
    const told: Record<string, string[]> = {};
    for (const { to, frames, jobs } of this.ventilator.toWorkers.splice(0)) {
      const list = (told[String(to)] ??= []);
      if (jobs === undefined) list.push(String(frames[0]));
      else for (let id = jobs.first; id <= jobs.last; id++) list.push(String(id));
      if (frames[0] === "HELLO") this.#tokens.set(String(to), String(frames[1]));
    }
    return told;
  }

  toSink(): string[] {
    return this.ventilator.toSink.splice(0).map((frames: Frames) => frames.map(String).join(" "));
  }

  /** Registers workers with their windows. */
  join(windows: Record<string, number>): Record<string, string[]> {
    for (const [worker, window] of Object.entries(windows)) this.say(worker, "READY", window);
    this.turn();
    for (const [worker, window] of Object.entries(windows)) this.say(worker, "READY", window);
    return this.turn();
  }
}

test("a worker gets as many jobs as it would hold, and more when it has done half of them", () => {
  const bench = new Bench(100);
  expect(bench.join({ a: 4 })).toEqual({ a: ["0", "1", "2", "3"] });
  bench.say("a", "DONE", 4, "0\n");
  expect(bench.turn()).toEqual({});
  bench.say("a", "DONE", 4, "1\n");
  expect(bench.turn()).toEqual({ a: ["4", "5"] });
});

test("the last jobs go to idle workers only", () => {
  const bench = new Bench(5);
  // A share is 5 / 2 at first; then one job is left for two workers
  expect(bench.join({ a: 10, b: 10 })).toEqual({ a: ["0", "1"], b: ["2"] });
  bench.say("a", "DONE", 10, "0\n");
  expect(bench.turn()).toEqual({});
  bench.say("b", "DONE", 10, "2\n");
  expect(bench.turn()).toEqual({ b: ["3"] });
});

test("nobody gets jobs before enough workers are there, and the sink has said what it has", () => {
  const bench = new Bench(10, { workers: 2 }, "0-7\n");
  expect(bench.join({ a: 1 })).toEqual({});
  bench.ventilator.sinkConnected();
  expect(bench.join({ b: 1 })).toEqual({});
  bench.fromSink("HAVE", "0-8\n");
  expect(bench.turn()).toEqual({ a: ["9"] });
});

test("of a lost worker's jobs none is blamed if it held several; each is then tried alone, after all others", () => {
  const bench = new Bench(9);
  bench.join({ a: 3 });
  bench.lose("a");
  expect(bench.failures).toEqual([]);
  expect(bench.join({ b: 9 })).toEqual({ b: ["3", "4", "5", "6", "7", "8"] });
  bench.say("b", "DONE", 9, "3\n4\n5\n6\n7\n8\n");
  expect(bench.turn()).toEqual({ b: ["0"] });
  bench.lose("b");
  expect(bench.failures).toEqual([{ id: 0, text: "its worker was lost" }]);
  // One that is known to have failed comes last
  expect(bench.join({ c: 9 })).toEqual({ c: ["1"] });
  bench.say("c", "DONE", 9, "1\n");
  expect(bench.turn()).toEqual({ c: ["2"] });
  bench.say("c", "DONE", 9, "2\n");
  expect(bench.turn()).toEqual({ c: ["0"] });
  bench.toSink();
  bench.say("c", "FAIL", 9, "0 exit status 1\n");
  bench.turn();
  expect(bench.toSink()).toEqual(["DEAD 4 1 0 2 exit status 1\n"]);
});

test("a silent worker is given up after its ttl, and what it says later counts once", () => {
  const bench = new Bench(2);
  bench.join({ a: 1 });
  bench.now = 1000;
  expect(bench.turn()).toEqual({});
  bench.now = 1001;
  bench.turn();
  expect(bench.join({ b: 1 })).toEqual({ b: ["1"] });
  bench.say("a", "DONE", 1, "0 late\n");
  bench.say("a", "DONE", 1, "0 later\n");
  bench.turn();
  expect(bench.toSink().slice(1)).toEqual(["DONE 1 1 0 late\n"]);
});

test("what a worker hands back runs elsewhere, what it keeps does not", () => {
  const bench = new Bench(4);
  expect(bench.join({ a: 3 })).toEqual({ a: ["0", "1", "2"] });
  bench.say("a", "BYE", 3, "0\n");
  expect(bench.join({ b: 9 })).toEqual({ b: ["3", "1", "2"] });
  bench.say("a", "DONE", 3, "0\n");
  bench.say("a", "BYE", 3);
  bench.lose("a");
  expect(bench.failures).toEqual([]);
  expect(bench.ventilator.progress).toMatchObject({ queued: 0, held: 3, workers: 1 });
});

test("jobs go in few messages, of which none has more than 1 MiB", () => {
  const lines = Array.from({ length: 1000 }, (_, id) => "x".repeat(id < 9 ? MAX_TEXT : 1));
  const batch = new Batch("0123456789abcdef", Buffer.from(lines.map((line) => `${line}\n`).join("")));
  const journal = { batch, incarnation: "00000001", failures: [], fail() {} };
  const bench = new Bench(0, { journal });
  bench.say("a", "READY");
  bench.turn();
  bench.say("a", "READY", 2000);
  bench.ventilator.endTurn(0);
  const tasks = bench.ventilator.toWorkers.map(({ frames, jobs }) => {
    const message = parseVentilatorMessage(frames.map((frame) => Buffer.from(frame as string)));
    expect(message).toMatchObject({ kind: "TASK", first: jobs?.first });
    expect(Buffer.byteLength(frames[2] ?? "")).toBeLessThan(1024 * 1024);
    return message?.kind === "TASK" ? message.payloads : [];
  });
  expect(tasks.length).toBeLessThanOrEqual(10);
  expect(tasks.flat()).toEqual(lines);
});

test("a message that cannot be sent goes to another worker, and blames nobody", () => {
  const bench = new Bench(2);
  bench.say("a", "READY");
  bench.turn();
  bench.say("a", "READY");
  bench.ventilator.endTurn(0);
  const [task] = bench.ventilator.toWorkers.splice(0);
  if (task === undefined) throw new Error("no task");
  bench.ventilator.undelivered(task, false);
  expect(bench.turn()).toEqual({});
  bench.say("a", "READY");
  expect(bench.turn()).toEqual({ a: ["1"] });
  expect(bench.failures).toEqual([]);
});

test("no jobs are given out while 4 MB of results wait for the sink, and they go on with its ACK", () => {
  const bench = new Bench(100);
  bench.join({ a: 1 });
  const result = "x".repeat(250_000);
  let given = 1;
  for (let id = 0; id < 50; id++) {
    bench.say("a", "DONE", 1, `${id} ${result}\n`);
    if (bench.turn()["a"] === undefined) break;
    given += 1;
  }
  expect(given).toBe(17);
  expect(bench.ventilator.progress.keptBytes).toBeLessThan(4 * 1024 * 1024 + 300_000);
  bench.fromSink("ACK", "17");
  expect(bench.ventilator.progress.keptBytes).toBe(0);
  expect(bench.turn()).toEqual({ a: ["17"] });
});

test("when all is counted the sink is told, and when it knows, the workers; or after ten seconds", () => {
  for (const sinkKnows of [true, false]) {
    const bench = new Bench(1);
    bench.join({ a: 1 });
    bench.say("a", "DONE", 1, "0\n");
    bench.turn();
    bench.fromSink("ACK", "1");
    expect(bench.turn()).toEqual({});
    expect(bench.toSink().at(-1)).toBe("END 2 1");
    if (sinkKnows) bench.fromSink("ACK", "2");
    else {
      bench.now = 900;
      bench.say("a", "READY");
      expect(bench.turn()).toEqual({});
      for (; bench.now <= 10_000; bench.now += 900) {
        expect(bench.ventilator.stopped).toBe(false);
        bench.say("a", "READY");
        bench.turn();
      }
      bench.say("a", "READY");
      bench.now = 10_001;
    }
    expect(bench.turn()).toEqual({ a: ["STOP"] });
    expect(bench.ventilator.stopped).toBe(true);
  }
});

test("with beats, every registered worker gets one now and then", () => {
  const bench = new Bench(1, { beats: true });
  bench.join({ a: 1 });
  const beats = [];
  for (; bench.now < 900; bench.now += 50) beats.push(...(bench.turn()["a"] ?? []));
  expect(beats).toEqual(["BEAT", "BEAT", "BEAT"]);
});

test("a sink that has lost everything gets it again; one with another batch is an error", () => {
  const bench = new Bench(2);
  bench.join({ a: 1 });
  bench.say("a", "DONE", 1, "0\n");
  expect(bench.turn()).toEqual({ a: ["1"] });
  bench.fromSink("ACK", "1");
  bench.ventilator.sinkConnected();
  bench.fromSink("HAVE", "");
  expect(bench.ventilator.progress).toMatchObject({ queued: 1, held: 1, counted: 0 });
  expect(() => bench.fromSink("REFUSE", "another batch")).toThrow(new RefusedBatchError("another batch"));
});
