import { expect, test } from "@jest/globals";
import { cpuTime, freeEndpoint, role, type RunningProcess } from "process-kit/jest";
import { Subscriber } from "zeromq";
import { connected } from "../support/sockets.js";

/** How much of a processor a process uses until the promise is settled: 1 is a whole one. */
async function load({ pid }: RunningProcess, end: Promise<unknown>): Promise<number> {
  if (pid === undefined) throw new Error("Expected a process that was started");
  const [start, before] = [performance.now(), cpuTime(pid)];
  await end;
  return (cpuTime(pid) - before) / (performance.now() - start);
}

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux("wuserver leaves the processor to others until somebody subscribes", async () => {
  const bind = await freeEndpoint();
  const server = role("wuserver", { bind });
  await server.untilLogged(/^publishing on/);
  // A subscriber that wants nothing yet: its receive ends by its timeout, a second later
  const subscriber = connected(new Subscriber(), bind);
  subscriber.receiveTimeout = 1000;
  expect(
    await load(
      server,
      subscriber.receive().catch(() => {}),
    ),
  ).toBeLessThan(0.4);

  subscriber.subscribe("10001");
  subscriber.receiveTimeout = 20_000;
  await subscriber.receive();
  await server.stop();
});
