/** More connections than a process may have descriptors (`ulimit -n`). */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { freeEndpoint } from "../support/ports.js";
import { type Child, role, start } from "../support/processes.js";
import { command, LOG_AS_JSON } from "./command.js";
import { eventually } from "./eventually.js";
import { intrude } from "./intruder.js";
import { computed, descriptors } from "../support/proc.js";

const folder = mkdtempSync(join(tmpdir(), "descriptors-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LIMIT = 64;

/** Starts a role that may have so many descriptors only. */
function limited(name: string, args: readonly string[]): Child {
  const script = `ulimit -n ${LIMIT}; exec "$@"`;
  return start(["bash", "-c", script, "bash", ...command(name, args)], { env: LOG_AS_JSON });
}

/** How much of a span of time a process computes, from 0 to the number of processors. */
async function load(pid: number, milliseconds: number): Promise<number> {
  const [since, before] = [performance.now(), computed(pid)];
  await eventually(() => performance.now() - since > milliseconds, "the end of a span of time");
  return (computed(pid) - before) / (performance.now() - since);
}

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux(
  "hello-server without a descriptor left goes on, and serves again once the intruders are gone",
  async () => {
    const endpoint = await freeEndpoint();
    const health = join(folder, "health");
    const server = limited("hello-server", ["--bind", endpoint, "--work", "1", "--health-file", health]);
    await server.until(/waiting for requests/, { on: "stderr" });
    const { pid = 0 } = server;
    const connectedBefore = role("hello-client", ["--connect", endpoint, "--requests", "1000000"]);
    await connectedBefore.line(/^Received World 10$/);
    const before = descriptors(pid);

    // Those who say nothing are let go of after 5 s, and the next ones are let in
    const intruders = await intrude(endpoint, 150, ["nothing"]);
    await eventually(
      () => descriptors(pid) >= LIMIT,
      () => `the last descriptor\n${server.report()}`,
    );

    // The event loop turns: the health file is written every second, and who was there before is served
    for (let n = 0; n < 3; n++) {
      const written = statSync(health).mtimeMs;
      const served = server.stdout.length;
      await eventually(() => statSync(health).mtimeMs > written, "a fresh health file", 4000);
      await eventually(() => server.stdout.length > served, "another request served");
    }
    connectedBefore.kill("SIGKILL");

    for (const intruder of intruders) intruder.leave();
    await role("hello-client", ["--connect", endpoint, "--requests", "5"]).done();
    await eventually(
      () => descriptors(pid) < before,
      () => `${descriptors(pid)} descriptors, were ${before}`,
    );
    expect(await load(pid, 1000)).toBeLessThan(0.2);
    // And nobody filled the disk with it
    expect(server.stderr.split("\n").length).toBeLessThan(200);
    server.kill("SIGTERM");
    await server.done(1500);
  },
);
