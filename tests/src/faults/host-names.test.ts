/** Hosts by name: with IPv4 addresses, IPv6 addresses, or both; in processes that see an /etc/hosts of the test's own. */
import { networkInterfaces } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { describeWith, freePort, type RunningProcess } from "process-kit/jest";
import { Hosts } from "./hosts.js";

let hosts: Hosts;
beforeEach(() => {
  hosts = new Hosts();
  hosts.set({ four: ["127.0.0.1"], six: ["::1"], both: ["127.0.0.1", "::1"] });
});
afterEach(() => hosts[Symbol.dispose]());

const start: Hosts["role"] = (name, options) => hosts.role(name, options);

/** Not every machine has IPv6. */
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
if (!hasIpv6) console.warn("SKIPPING TESTS: this machine has no IPv6.");

function describeHosts(name: string, block: () => void): void {
  if (hasIpv6) describeWith("netns", name, block);
  else describe.skip(name, block);
}

const warnings = (child: RunningProcess) => child.logged().filter(({ level }) => level >= 40);

describeHosts("a name is tried in every family that it has:", () => {
  test.each([
    ["tcp://[::1]", "tcp://six"],
    ["tcp://[::1]", "tcp://both"],
    ["tcp://127.0.0.1", "tcp://both"],
    ["tcp://127.0.0.1", "tcp://four"],
    ["tcp://[::1]", "tcp://localhost"],
    ["tcp://127.0.0.1", "tcp://localhost"],
    ["tcp://[::]", "tcp://four"],
    ["tcp://[::]", "tcp://six"],
    ["tcp://[::]", "tcp://both"],
    ["tcp://[::]", "tcp://localhost"],
  ])("a server on %s, a client that connects to %s", async (local, remote) => {
    const port = await freePort();
    const server = start("hello-server", { bind: `${local}:${port}`, work: 0 });
    const client = start("hello-client", { connect: `${remote}:${port}`, requests: 3 });
    await client.done();
    expect(warnings(client)).toEqual([]);
    // A connection for each family would be one too many
    expect(server.logLines(/^peers connected: [^1]/)).toEqual([]);
    await server.stop();
  });

  test.each(["six", "both", "localhost"])(
    "the pipeline, whose sink is at [::1], and named %s",
    async (host) => {
      const [vent, sink] = [await freePort(), await freePort()];
      const tasks = { tasks: 10 };
      const collector = start("tasksink", { bind: `tcp://[::1]:${sink}`, ...tasks });
      const toSink = { sink: `tcp://${host}:${sink}` };
      const worker = start("taskwork", { vent: `tcp://${host}:${vent}`, ...toSink });
      const ventilator = start("taskvent", { bind: `tcp://[::1]:${vent}`, ...toSink, ...tasks, workers: 1 });
      await collector.done();
      await ventilator.done();
      await worker.stop();
      expect(worker.stdout).toMatch(/^(?:\d+\.){10}$/);
    },
  );

  test("a list of IPv4 names and IPv6 addresses: each is connected to, once", async () => {
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
    const [one, two, three, four] = ports;
    const servers = [
      start("wuserver", { bind: `tcp://127.0.0.1:${one}`, rate: 1000 }),
      start("wuserver", { bind: `tcp://[::1]:${two}`, rate: 1000 }),
      start("wuserver", { bind: `tcp://127.0.0.1:${three}`, rate: 1000 }),
      start("wuserver", { bind: `tcp://[::1]:${four}`, rate: 1000 }),
    ];
    const connect = [`tcp://four:${one}`, `tcp://[::1]:${two}`, `tcp://both:${three}`, `tcp://six:${four}`];
    const client = start("wuclient", { filters: [""], connect, updates: 1_000_000 });
    for (const server of servers) await server.untilLogged(/^peers connected: 1$/);
    await client.stop();
    expect(warnings(client)).toEqual([]);
    for (const server of servers) {
      await server.stop();
      expect(server.logLines(/^peers connected: 2/)).toEqual([]);
    }
  });
});

describeHosts("a name can be bound:", () => {
  test.each([
    ["four", ["127.0.0.1"]],
    ["six", ["[::1]"]],
    ["both", ["127.0.0.1", "[::1]"]],
    ["localhost", ["127.0.0.1", "[::1]"]],
  ])("%s", async (host, addresses) => {
    const port = await freePort();
    const server = start("hello-server", { bind: `tcp://${host}:${port}`, work: 0 });
    const [, where = ""] = await server.untilLogged(/^waiting for requests on (.*)$/);
    const expected = addresses.map((address) => `tcp://${address}:${port}`);
    expect(where.split(", ").toSorted()).toEqual(expected.toSorted());
    for (const connect of expected) await start("hello-client", { connect, requests: 1 }).done();
    await server.stop();
    expect(warnings(server)).toEqual([]);
  });

  test("of several addresses, those that the machine has", async () => {
    hosts.set({ mixed: ["127.0.0.1", "192.0.2.1"] });
    const port = await freePort();
    const server = start("hello-server", { bind: `tcp://mixed:${port}`, work: 0 });
    await server.untilLogged(new RegExp(`^waiting for requests on tcp://127\\.0\\.0\\.1:${port}$`));
    await server.stop();
  });

  test("without any that the machine has, it is an error that names it", async () => {
    hosts.set({ elsewhere: ["192.0.2.1"] });
    const server = start("hello-server", { bind: "tcp://elsewhere:5555" });
    expect(await server.exited()).toEqual({ code: 1, signal: null });
    expect(server.logged().at(-1)?.msg).toBe(
      "cannot bind tcp://elsewhere:5555: this machine has no such address",
    );
  });
});

describeWith("netns", "a name that cannot be resolved yet", () => {
  test("is connected to once it can be", async () => {
    const port = await freePort();
    const server = start("hello-server", { bind: `tcp://127.0.0.1:${port}`, work: 0 });
    const client = start("hello-client", { connect: `tcp://late:${port}`, requests: 1, timeout: 500 });
    await client.untilLogged(/^cannot resolve the host name late; trying again$/);
    hosts.set({ late: ["127.0.0.1"] });
    await client.done();
    expect(client.logLines(/^connected to /)).toHaveLength(1);
    await server.stop();
  });
});
