/** A thousand connections of port scanners, browsers, and those who have all the time in the world. */
import { describe, expect, test } from "@jest/globals";
import { Push } from "zeromq";
import { freeEndpoint } from "../support/ports.js";
import { type Child, role } from "../support/processes.js";
import { connected } from "../support/sockets.js";
import { eventually } from "./eventually.js";
import { intrude } from "./intruder.js";
import { linesOf } from "./log.js";
import { descriptors, memory } from "../support/proc.js";

const STRANGERS = 1000;

/** A handshake may take 5 s (ZMQ_HANDSHAKE_IVL); the rest is for a busy machine. */
const LET_STAY = 5000 + 3000;

/**
 * Has a thousand strangers at a role at once, and sees them off.
 *
 * @param meanwhile What the role must do for those it knows, as long as they are there.
 */
async function besiege(child: Child, endpoint: string, meanwhile: () => Promise<void>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) throw new Error(`not running\n${child.report()}`);
  const before = { descriptors: descriptors(pid), memory: memory(pid) };
  const strangers = await intrude(endpoint, STRANGERS);
  await meanwhile();
  expect(descriptors(pid)).toBeGreaterThan(before.descriptors);
  const lasted = await Promise.all(strangers.map((stranger) => stranger.lasted));
  expect(Math.max(...lasted)).toBeLessThan(LET_STAY);
  await eventually(
    () => descriptors(pid) <= before.descriptors,
    () => `${descriptors(pid)} descriptors, were ${before.descriptors}`,
  );
  // A thousand connections leave what the allocator keeps for the next thousand, no more
  await eventually(
    () => memory(pid) < before.memory + 20,
    () => `${memory(pid)} MB, were ${before.memory}`,
  );
}

describe("a thousand strangers get nothing in, and keep nobody out:", () => {
  test("hello-server", async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", ["--bind", endpoint, "--work", "1"]);
    const client = (requests: number) =>
      role("hello-client", ["--connect", endpoint, "--requests", String(requests)]);
    await client(10).done();
    let served = 10;
    await besiege(server, endpoint, async () => {
      const legitimate = client(200);
      await legitimate.done();
      expect(legitimate.stderr).toBe("");
      served += 200;
    });
    await client(10).done();
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n".repeat(served + 10));
  });

  test("wuserver", async () => {
    const endpoint = await freeEndpoint();
    const server = role("wuserver", ["--bind", endpoint, "--rate", "1000"]);
    const client = () => role("wuclient", ["", "--connect", endpoint, "--updates", "500"]).done();
    await client();
    await besiege(server, endpoint, client);
    await client();
    await server.stop();
  });

  test("tasksink", async () => {
    const endpoint = await freeEndpoint();
    const sink = role("tasksink", ["--bind", endpoint, "--tasks", "100"]);
    const worker = connected(new Push(), endpoint);
    await sink.until(/peers connected: 1/, { on: "stderr" });
    await besiege(sink, endpoint, async () => {
      expect(sink.stdout).toBe("");
      await worker.send("0");
      for (let n = 0; n < 99; n++) await worker.send("");
      await sink.until(/^(?::\.{9}){9}:\.{8}$/);
    });
    expect(sink.stdout).toHaveLength(99);
    await worker.send("");
    await sink.done();
  });

  test("taskvent, to which they are no workers", async () => {
    const [vent, results] = [await freeEndpoint(), await freeEndpoint()];
    const sink = role("tasksink", ["--bind", results, "--tasks", "20"]);
    const worker = () => role("taskwork", ["--vent", vent, "--sink", results]);
    const flags = ["--bind", vent, "--sink", results, "--tasks", "20", "--workers", "2"];
    const ventilator = role("taskvent", flags);
    const first = worker();
    await ventilator.until(/peers connected: 1/, { on: "stderr" });
    // All its own connections are there: the sink has the worker's and the ventilator's
    await sink.until(/peers connected: 2/, { on: "stderr" });
    await besiege(ventilator, vent, async () => {});
    expect(linesOf(ventilator, /peers connected: [^1]/)).toEqual([]);
    expect(ventilator.stdout).toBe("");
    const second = worker();
    await ventilator.done();
    await sink.done();
    for (const child of [first, second]) {
      await child.stop();
      expect(child.stdout).toMatch(/^(?:\d+\.){10}$/);
    }
  });
});
