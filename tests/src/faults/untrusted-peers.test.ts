/** A thousand connections of port scanners, of browsers, and of peers that say nothing. */
import { describe, expect, test } from "@jest/globals";
import {
  eventually,
  freeEndpoint,
  openDescriptors,
  residentMemory,
  role,
  type RunningProcess,
} from "process-kit/jest";
import { Push } from "zeromq";
import { connected } from "../support/sockets.js";
import { connectUntrusted } from "./untrusted-peer.js";

const UNTRUSTED = 1000;

/** A handshake may take 5 s (ZMQ_HANDSHAKE_IVL); the rest is for a busy machine. */
const CONNECTED_AT_MOST = 5000 + 3000;

/**
 * Connects a thousand untrusted peers to a role at once, and waits until it has disconnected all of them.
 *
 * @param meanwhile What the role must do for others while they are connected.
 */
async function underAttack(
  child: RunningProcess,
  endpoint: string,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { pid } = child;
  if (pid === undefined) throw new Error(`not running\n${child.report()}`);
  const before = { descriptors: openDescriptors(pid), memory: residentMemory(pid) };
  const peers = await connectUntrusted(endpoint, UNTRUSTED);
  await meanwhile();
  expect(openDescriptors(pid)).toBeGreaterThan(before.descriptors);
  const lasted = await Promise.all(peers.map((peer) => peer.lasted));
  expect(Math.max(...lasted)).toBeLessThan(CONNECTED_AT_MOST);
  await eventually(
    () => openDescriptors(pid) <= before.descriptors,
    () => `${openDescriptors(pid)} descriptors, were ${before.descriptors}`,
  );
  // A thousand connections leave what the allocator keeps for the next thousand, no more
  await eventually(
    () => residentMemory(pid) < before.memory + 20,
    () => `${residentMemory(pid)} MB, were ${before.memory}`,
  );
}

describe("a thousand untrusted peers get nothing in, and keep nobody out:", () => {
  test("hello-server", async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", { bind: endpoint, work: 1 });
    const client = (requests: number) => role("hello-client", { connect: endpoint, requests });
    await client(10).done();
    let served = 10;
    await underAttack(server, endpoint, async () => {
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
    const server = role("wuserver", { bind: endpoint, rate: 1000 });
    const client = () => role("wuclient", { filters: [""], connect: endpoint, updates: 500 }).done();
    await client();
    await underAttack(server, endpoint, client);
    await client();
    await server.stop();
  });

  test("tasksink", async () => {
    const endpoint = await freeEndpoint();
    const sink = role("tasksink", { bind: endpoint, tasks: 100 });
    const worker = connected(new Push(), endpoint);
    await sink.untilLogged(/peers connected: 1/);
    await underAttack(sink, endpoint, async () => {
      expect(sink.stdout).toBe("");
      await worker.send("0");
      for (let n = 0; n < 99; n++) await worker.send("");
      await sink.until(/^(?::\.{9}){9}:\.{8}$/);
    });
    expect(sink.stdout).toHaveLength(99);
    await worker.send("");
    await sink.done();
  });

  test("taskvent, which does not count them as workers", async () => {
    const [vent, results] = [await freeEndpoint(), await freeEndpoint()];
    const sink = role("tasksink", { bind: results, tasks: 20 });
    const worker = () => role("taskwork", { vent, sink: results });
    const options = { bind: vent, sink: results, tasks: 20, workers: 2 };
    const ventilator = role("taskvent", options);
    const first = worker();
    await ventilator.untilLogged(/peers connected: 1/);
    await underAttack(ventilator, vent, async () => {});
    expect(ventilator.logLines(/peers connected: [^1]/)).toEqual([]);
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
