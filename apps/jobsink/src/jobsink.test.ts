import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Dealer } from "zeromq";
import { type RunningRole, startRole, transports } from "zmq-common/testing";
import { jobsink } from "./jobsink.js";

const BATCH = "0123456789abcdef";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "jobsink-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const collect = (options: Partial<Parameters<typeof jobsink>[0]> = {}) =>
  startRole(jobsink, { bind: ["tcp://127.0.0.1:*"], sync: false, ...options });

async function ventilator(sink: RunningRole): Promise<Dealer> {
  const socket = new Dealer({ linger: 500, receiveTimeout: 5000 });
  socket.connect(await sink.endpoint());
  return socket;
}

const texts = (frames: Buffer[]) => frames.map(String);

test.each(transports())("counts each job once, and says what it has over %s", async (endpoint) => {
  await using sink = collect({ bind: [endpoint], output: join(folder, "out"), journal: folder, sync: true });
  using socket = await ventilator(sink);
  await socket.send(["BATCH", `${BATCH} 4`]);
  expect(texts(await socket.receive())).toEqual(["HAVE"]);
  await socket.send(["DONE", "1 2", "2 two\n0\n"]);
  expect(texts(await socket.receive())).toEqual(["ACK", "1"]);
  // The journal comes before the ACK
  expect(readFileSync(join(folder, "results"), "utf8")).toBe(`# ${BATCH} 4\n2 two\n0\n`);
  await socket.send(["DONE", "2 2", "0 again\n1 one\n"]);
  expect(texts(await socket.receive())).toEqual(["ACK", "2"]);
  await socket.send(["BATCH", `${BATCH} 4`]);
  expect(texts(await socket.receive())).toEqual(["HAVE", "0-2\n"]);
  await socket.send(["DONE", "3 2", "3 three\n"]);
  await socket.send(["END", "4 2"]);
  let last = "";
  while (last !== "4") last = texts(await socket.receive())[1] ?? "";
  await sink.done;
  expect(sink.printed).toMatch(/^:\.\.\.\nTotal elapsed time: \d+ msec\n$/);
  expect(readFileSync(join(folder, "out"), "utf8")).toBe("2\ttwo\n0\t\n1\tone\n3\tthree\n");
});

test("dead jobs are listed, and a failure", async () => {
  await using sink = collect();
  using socket = await ventilator(sink);
  await socket.send(["BATCH", `${BATCH} 2`]);
  await socket.send(["DONE", "1 1", "0\n"]);
  await socket.send(["DEAD", "2 1", "1 3 exit status 1: caf\xe9\n"]);
  await socket.send(["END", "3 1"]);
  await expect(sink.done).rejects.toThrow("1 of 2 jobs are dead");
  expect(sink.logged.map(({ msg }) => msg)).toContain("dead: 1 after 3 attempts: exit status 1: caf\xe9");
});

test("what is no message, or not from the ventilator, changes nothing", async () => {
  await using sink = collect({ journal: folder });
  using socket = await ventilator(sink);
  await socket.send(["BATCH", `${BATCH} 2`]);
  expect(texts(await socket.receive())).toEqual(["HAVE"]);
  using stranger = await ventilator(sink);
  await stranger.send(["DONE", "1 1", "0 forged\n"]);
  await stranger.send("nonsense");
  await stranger.send(["BATCH", "fedcba9876543210 2"]);
  expect(texts(await stranger.receive())[0]).toBe("REFUSE");
  await socket.send(["DONE", "1 1", "0 right\n7 nowhere\n"]);
  expect(texts(await socket.receive())).toEqual(["ACK", "1"]);
  expect(readFileSync(join(folder, "results"), "utf8")).toBe(`# ${BATCH} 2\n0 right\n`);
});

test("a stop before the end leaves the journal as it is", async () => {
  await using sink = collect({ journal: folder });
  using socket = await ventilator(sink);
  await socket.send(["BATCH", `${BATCH} 2`]);
  await socket.receive();
  await sink.stop();
  await expect(sink.done).rejects.toThrow("stopped by the test");
  expect(existsSync(join(folder, "results"))).toBe(true);
  expect(sink.printed).toBe("");
});
