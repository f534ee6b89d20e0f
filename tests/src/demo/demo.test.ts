/** `npx pnpm@10 start` runs this program: the patterns as local processes. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { freePort, role, type RoleOptions } from "process-kit/jest";

async function demo(patterns: string[], options: RoleOptions<"demo"> = {}) {
  const port = await freePort();
  return { child: role("demo", { patterns, port, ...options }, { env: { LOG_FORMAT: "text" } }), port };
}

/** Nothing is left running when the role's ports are free again. */
async function expectFree(port: number): Promise<void> {
  for (const nth of [0, 1, 2, 3]) {
    const server = createServer();
    await once(server.listen(port + nth, "127.0.0.1"), "listening");
    await once(server.close(), "close");
  }
}

test("runs the patterns it is given one after another, and sums them up", async () => {
  const { child, port } = await demo(["hello", "pipeline"], { workers: 2 });
  await child.done();
  expect(child.stdout).toMatch(
    /^\$ node apps\/hello-server\/dist\/main\.js --bind tcp:\/\/127\.0\.0\.1:\d+ --work 200$/m,
  );
  expect(child.stdout).toMatch(/^hello-client │ Received World 9$/m);
  expect(child.stdout).toMatch(/^taskwork 2 │ (\d+\.)+$/m);
  expect(child.stdout).toMatch(/^tasksink {3}│ Total elapsed time: \d+ msec$/m);
  const [, cost, elapsed, speedup] =
    /pipeline +tasks of (\d+) ms done in (\d+) ms by 2 workers: ([\d.]+) times/
      .exec(child.stdout)
      ?.map(Number) ?? [];
  expect(child.stdout).toMatch(/^Summary\n {2}hello +10 requests answered/m);
  expect(cost).toBeGreaterThan(elapsed ?? Infinity);
  expect(speedup).toBeGreaterThan(1);
  expect(speedup).toBeLessThanOrEqual(2);
  await expectFree(port);
});

test("runs the weather to the client's average", async () => {
  const { child } = await demo(["weather"]);
  await child.done(60_000);
  expect(child.stdout).toMatch(/^wuclient │ Average temperature for zipcode '10001 ' was -?\d+F$/m);
  expect(child.stdout).toMatch(/weather +100 updates averaged for zip code 10001: -?\d+ °F/);
});

test("runs the jobs, whose workers end by themselves", async () => {
  const { child, port } = await demo(["jobs"], { workers: 2 });
  await child.done();
  expect(child.stdout).toMatch(/^jobwork 2 │ (\d+\.)+$/m);
  expect(child.stdout).toMatch(/jobs +jobs of \d+ ms done in \d+ ms by 2 workers: [\d.]+ times/);
  await expectFree(port);
});

test("an unknown pattern is wrong usage", async () => {
  const { child } = await demo(["helo"]);
  expect(await child.exited()).toEqual({ code: 2, signal: null });
  expect(child.stderr).toContain(
    "'helo' is invalid for argument 'patterns'. expected hello, weather, pipeline or jobs",
  );
});

test("a port in use stops everything and fails, naming the port", async () => {
  const port = await freePort();
  const intruder = createServer((socket) => socket.destroy()).listen(port + 3, "127.0.0.1");
  await once(intruder, "listening");
  const child = role("demo", { patterns: ["pipeline"], port }, { env: { LOG_FORMAT: "text" } });
  expect(await child.exited()).toEqual({ code: 1, signal: null });
  expect(child.stdout).toContain(`cannot bind tcp://127.0.0.1:${port + 3}: address already in use`);
  expect(child.stderr).toContain("tasksink ended with status 1; the others are stopped");
  intruder.close();
  await once(intruder, "close");
  await expectFree(port);
});

// Without pgrep there is no telling a role's process from outside
(process.platform === "win32" ? test.skip : test)("a role that dies stops everything and fails", async () => {
  const { child, port } = await demo(["weather"]);
  await child.line(/wuclient │ Collecting/);
  const pid = Number(
    execFileSync("pgrep", ["-P", String(child.pid), "-f", "wuserver"], { encoding: "utf8" }),
  );
  process.kill(pid, "SIGKILL");
  expect(await child.exited()).toEqual({ code: 1, signal: null });
  expect(child.stderr).toContain("wuserver was ended by SIGKILL; the others are stopped");
  await expectFree(port);
});

test("a signal stops everything within a second", async () => {
  const { child, port } = await demo(["weather"]);
  await child.line(/wuclient │ Collecting/);
  const start = performance.now();
  await child.stop();
  expect(performance.now() - start).toBeLessThan(1000);
  expect(child.stdout).not.toContain("Summary");
  await expectFree(port);
});
