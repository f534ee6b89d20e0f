/** More connections than a process may have descriptors (`ulimit -n`). */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { cpuTime, eventually, freeEndpoint, openDescriptors, role } from "process-kit/jest";
import { connectUntrusted } from "./untrusted-peer.js";

const folder = mkdtempSync(join(tmpdir(), "descriptors-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LIMIT = 64;

/** How much of a span of time a process computes, from 0 to the number of processors. */
async function load(pid: number, milliseconds: number): Promise<number> {
  const [since, before] = [performance.now(), cpuTime(pid)];
  await eventually(() => performance.now() - since > milliseconds, "the end of a span of time");
  return (cpuTime(pid) - before) / (performance.now() - since);
}

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux(
  "hello-server without a descriptor left goes on, and serves again once the untrusted peers are gone",
  async () => {
    const endpoint = await freeEndpoint();
    const health = join(folder, "health");
    const limited = { via: ["bash", "-c", `ulimit -n ${LIMIT}; exec "$@"`, "bash"] };
    const options = { bind: endpoint, work: 1, healthFile: health, metrics: "127.0.0.1:0" };
    const server = role("hello-server", options, limited);
    const [, metrics = ""] = await server.untilLogged(/^metrics on (\S+)$/);
    const scrape = async () => {
      const response = await fetch(metrics, { signal: AbortSignal.timeout(500) }).catch(() => undefined);
      return response?.ok ?? false;
    };
    await server.untilLogged(/waiting for requests/);
    const { pid = 0 } = server;
    const connectedBefore = role("hello-client", { connect: endpoint, requests: 1_000_000 });
    await connectedBefore.line(/^Received World 10$/);
    const before = openDescriptors(pid);

    // Connections that say nothing are closed after 5 s, and the next ones are let in
    const untrusted = await connectUntrusted(endpoint, 150, ["nothing"]);
    await eventually(
      () => openDescriptors(pid) >= LIMIT,
      () => `the last descriptor\n${server.report()}`,
    );

    // The event loop turns: the health file is written every second, and a client of before is served
    for (let n = 0; n < 3; n++) {
      const written = statSync(health).mtimeMs;
      const served = server.stdout.length;
      await eventually(() => statSync(health).mtimeMs > written, "a fresh health file", 4000);
      await eventually(() => server.stdout.length > served, "another request served");
      // It may not have a descriptor for that, which is no reason to end
      await scrape();
    }
    connectedBefore.kill("SIGKILL");

    for (const peer of untrusted) peer.leave();
    await role("hello-client", { connect: endpoint, requests: 5 }).done();
    await eventually(
      () => openDescriptors(pid) < before,
      () => `${openDescriptors(pid)} descriptors, were ${before}`,
    );
    await eventually(scrape, "its metrics");
    expect(await load(pid, 1000)).toBeLessThan(0.2);
    // And nobody filled the disk with it
    expect(server.stderr.split("\n").length).toBeLessThan(200);
    await server.stop(1500);
  },
);
