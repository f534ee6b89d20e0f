/** A name that means several peers: roles connect to all of them, and follow the name while they run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { describeWith, eventually, freePort, type RunningProcess } from "process-kit/jest";
import { Pull, Push } from "zeromq";
import { bound, receive } from "../support/sockets.js";
import { Hosts } from "./hosts.js";

const [ONE, TWO, THREE] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

/** A new address is to be found, and one that is gone to be let go of, in this time, in milliseconds. */
const FOUND_WITHIN = 5000;

let hosts: Hosts;
beforeEach(() => {
  hosts = new Hosts();
});
afterEach(() => hosts[Symbol.dispose]());

const warnings = (child: RunningProcess) => child.logged().filter(({ level }) => level >= 40);

describeWith("netns", "with a name of several addresses,", () => {
  test("hello-client spreads its requests over all servers, and none fails when one goes", async () => {
    const port = await freePort();
    const serve = (address: string) =>
      hosts.role("hello-server", { bind: `tcp://${address}:${port}`, work: 1 });
    hosts.set({ server: [ONE, TWO] });
    const [one, two] = [serve(ONE), serve(TWO)];
    const client = hosts.role("hello-client", {
      connect: `tcp://server:${port}`,
      requests: 1_000_000,
      timeout: 500,
      retries: 2,
    });
    for (const server of [one, two]) await server.until(/(?:Received Hello\n){50}/);

    hosts.set({ server: [ONE, TWO, THREE] });
    const three = serve(THREE);
    await three.until(/(?:Received Hello\n){50}/, { within: FOUND_WITHIN });

    await one.stop();
    hosts.set({ server: [TWO, THREE] });
    const { length } = three.stdout;
    await eventually(() => three.stdout.length > length + 20_000, "the third server goes on");
    await client.stop();
    expect(
      warnings(client)
        .map(({ msg }) => msg)
        .filter((msg) => !msg.startsWith("no reply")),
    ).toEqual([]);
    for (const server of [two, three]) await server.stop();
  });

  test("wuclient hears all publishers, and is connected to each once", async () => {
    const port = await freePort();
    const publish = (address: string) =>
      hosts.role("wuserver", { bind: `tcp://${address}:${port}`, rate: 100 });
    hosts.set({ weather: [ONE, TWO] });
    const servers = [publish(ONE), publish(TWO), publish(THREE)] as const;
    const client = hosts.role("wuclient", {
      filters: [""],
      connect: `tcp://weather:${port}`,
      updates: 1_000_000,
    });
    for (const server of servers.slice(0, 2)) await server.untilLogged(/^peers connected: 1$/);
    hosts.set({ weather: [ONE, TWO, THREE] });
    await servers[2].untilLogged(/^peers connected: 1$/, { within: FOUND_WITHIN });
    for (const server of servers) {
      await server.stop();
      expect(server.logLines(/^peers connected: 2$/)).toEqual([]);
    }
    await client.stop();
  });

  test("taskwork takes tasks from all ventilators, and from one that comes back elsewhere", async () => {
    const port = await freePort();
    const { socket: sink, endpoint } = await bound(new Pull());
    hosts.set({ ventilator: [ONE, TWO] });
    const worker = hosts.role("taskwork", { vent: `tcp://ventilator:${port}`, sink: endpoint });
    const vents = [await bound(new Push(), ONE, port), await bound(new Push(), TWO, port)];
    for (const { socket } of vents) await socket.send("1");
    for (const _ of vents) await receive(sink);

    for (const { socket } of vents) socket.close();
    hosts.set({ ventilator: [THREE] });
    const { socket: vent } = await bound(new Push(), THREE, port);
    await vent.send("1");
    await receive(sink);
    await worker.stop();
  });
});

describeWith("netns", "what a worker has queued for a sink", () => {
  test("that comes back under another address reaches it", async () => {
    const port = await freePort();
    const { socket: vent, endpoint } = await bound(new Push());
    hosts.set({ sink: [ONE] });
    const { socket: first } = await bound(new Pull(), ONE, port);
    const worker = hosts.role("taskwork", { vent: endpoint, sink: `tcp://sink:${port}` });
    await vent.send("1");
    await receive(first);

    first.close();
    await worker.untilLogged(/^lost the connection to tcp:\/\/sink/);
    for (let n = 0; n < 200; n++) await vent.send("1");
    await worker.until(/(?:1\.){201}/);
    hosts.set({ sink: [TWO] });
    const { socket: second } = await bound(new Pull(), TWO, port);
    for (let n = 0; n < 200; n++) await receive(second);
    await worker.untilLogged(/^connected to tcp:\/\/sink:\d+ again$/);
    await worker.stop();
  });
});

describeWith("netns", "a batch of jobs", () => {
  test("is completed by a ventilator and a sink that both come back under other addresses", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jobs-"));
    const [port, sinkPort] = [await freePort(), await freePort()];
    const startVent = (address: string) =>
      hosts.role("jobvent", {
        bind: `tcp://${address}:${port}`,
        sink: `tcp://sink:${sinkPort}`,
        jobs: 200,
        seed: 1,
        journal: join(folder, "vent"),
      });
    const startSink = (address: string) =>
      hosts.role("jobsink", { bind: `tcp://${address}:${sinkPort}`, journal: join(folder, "sink") });
    hosts.set({ ventilator: [ONE], sink: [ONE] });
    const [vent, sink] = [startVent(ONE), startSink(ONE)];
    const workers = [1, 2].map(() => hosts.role("jobwork", { vent: `tcp://ventilator:${port}` }));
    await sink.until(/:\.{9}:/);
    vent.kill("SIGKILL");
    sink.kill("SIGKILL");

    hosts.set({ ventilator: [TWO], sink: [THREE] });
    const [nextVent, nextSink] = [startVent(TWO), startSink(THREE)];
    await nextSink.done();
    await nextVent.done();
    for (const worker of workers) await worker.done();
    expect(nextSink.stdout).toMatch(/Total elapsed time: \d+ msec\n$/);
    rmSync(folder, { recursive: true });
  });
});
