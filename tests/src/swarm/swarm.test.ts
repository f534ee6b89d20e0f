/** The patterns on three hosts: spread, scaled, updated, and without one of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { describeWith, eventually } from "process-kit/jest";
import { faultsOf, readJournal } from "../jobs/journal.js";
import { type Container, type Hosts, MANAGER, type Settings, threeHosts } from "./hosts.js";

/** What the sink has counted, how often each job was done, and what it is about. */
class Batch {
  readonly #hosts: Hosts;
  readonly jobs: number;

  constructor(hosts: Hosts, jobs: number) {
    this.#hosts = hosts;
    this.jobs = jobs;
  }

  /** How many jobs the sink has counted. Its dots are no lines, and Docker's log has lines only. */
  async counted(): Promise<number> {
    const [sink] = await this.#hosts.running("jobsink");
    if (sink === undefined) return 0;
    const command = ["exec", sink.id, "sh", "-c", "cat /journal/results 2>/dev/null | wc -l"];
    return Number(await this.#hosts.docker(sink.host, command)) - 1;
  }

  async until(count: number): Promise<void> {
    await eventually(async () => (await this.counted()) >= count, `${count} jobs counted`, 60_000);
  }

  /** Waits for the end of the batch, and expects that each job is counted once and none is dead. */
  async expectCounted(): Promise<void> {
    expect(await this.#hosts.statuses("jobsink")).toEqual([0]);
    expect(await this.#hosts.statuses("jobvent")).toEqual([0]);
    const { results, dead, isEnded } = await this.journal();
    const ids = results.map(([id]) => id);
    expect({ faults: faultsOf(ids, this.jobs), dead, isEnded }).toEqual({
      faults: [],
      dead: [],
      isEnded: true,
    });
  }

  async journal() {
    const [sink] = await this.#hosts.containers("jobsink");
    const folder = mkdtempSync(join(tmpdir(), "journal-"));
    try {
      await this.#hosts.docker(MANAGER, ["cp", `${sink?.id}:/journal/results`, join(folder, "results")]);
      return readJournal(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** How many jobs each worker has done, those included that have ended. */
  async done(): Promise<number[]> {
    const workers = await this.#hosts.containers("jobwork");
    // A worker's numbers are no lines: Docker's log has them when it ends
    await Promise.all(workers.map(({ host, id }) => this.#hosts.docker(host, ["stop", id])));
    const outputs = await Promise.all(workers.map((worker) => this.#hosts.output(worker)));
    return outputs.map(({ stdout }) => stdout.match(/\d+\./g)?.length ?? 0);
  }
}

const hostsOf = (containers: readonly Container[]) => containers.map(({ host }) => host).toSorted();

/** Slow enough for two cores to have something left for the containers. */
const QUICK: Settings = {
  HELLO_SERVER_WORK: 20,
  WUSERVER_RATE: 1000,
  WUCLIENT_FILTERS: "1",
  WUCLIENT_UPDATES: 50,
};

describeWith("swarm", "on three hosts", () => {
  const hosts = threeHosts();

  async function deployJobs(jobs: number, settings: Settings = {}): Promise<Batch> {
    await hosts.deploy(["jobs"], { JOBS: jobs, ...settings });
    return new Batch(hosts, jobs);
  }

  /** Waits until this many containers of a service run on other hosts than this one. */
  const untilElsewhere = (role: string, replicas: number, host?: number) =>
    eventually(
      async () => {
        const running = await hosts.running(role);
        const elsewhere = running.filter((container) => container.host !== host);
        return elsewhere.length === replicas && elsewhere;
      },
      `${replicas} replicas of ${role} run`,
      60_000,
    );

  test("each pattern runs, spread over all, with the right status and figures", async () => {
    const settings = { ...QUICK, TASKS: 600, TASKVENT_SEED: 1, JOBS: 300 };
    await hosts.deploy(["hello", "weather", "pipeline", "jobs"], settings);

    expect(await hosts.statuses("hello-client", 3)).toEqual([0, 0, 0]);
    for (const { stdout } of await hosts.outputs("hello-client")) {
      expect(stdout.match(/^Received World \d$/gm)).toHaveLength(10);
    }
    expect(await hosts.statuses("wuclient", 3)).toEqual([0, 0, 0]);
    for (const { stdout } of await hosts.outputs("wuclient")) {
      expect(stdout).toMatch(/^Average temperature for zipcode '1' was -?\d+F$/m);
    }
    expect(await hosts.statuses("taskvent")).toEqual([0]);
    expect(await hosts.statuses("tasksink")).toEqual([0]);
    const [{ stdout: vent } = { stdout: "" }] = await hosts.outputs("taskvent");
    const [{ stdout: sink } = { stdout: "" }] = await hosts.outputs("tasksink");
    const share = Number(/cost: (\d+) msec/.exec(vent)?.[1]) / 6;
    const elapsed = Number(/time: (\d+) msec/.exec(sink)?.[1]);
    expect(elapsed / share).toBeGreaterThan(0.9);
    expect(elapsed / share).toBeLessThan(1.5);
    await new Batch(hosts, settings.JOBS).expectCounted();

    for (const role of ["taskwork", "jobwork"]) {
      expect(hostsOf(await hosts.running(role))).toEqual([1, 1, 2, 2, 3, 3]);
    }
    expect(hostsOf(await hosts.containers("hello-server"))).toEqual([1, 2, 3]);
  });

  test("workers come and go in the middle of a batch: the new ones work, and nothing is lost", async () => {
    const batch = await deployJobs(2000, { JOBWORK_REPLICAS: 3 });
    await batch.until(50);
    const first = new Set((await hosts.running("jobwork")).map(({ id }) => id));
    await hosts.scale("jobwork", 9);
    const workers = await untilElsewhere("jobwork", 9);
    await batch.until((await batch.counted()) + 300);
    const added = workers.filter(({ id }) => !first.has(id));
    await hosts.scale("jobwork", 3);
    await untilElsewhere("jobwork", 3);
    await batch.expectCounted();
    void added;
  });

  test("a rolling update of the workers in the middle of a batch: nothing is lost, or done twice", async () => {
    const batch = await deployJobs(3000);
    await batch.until(100);
    const before = await hosts.running("jobwork");
    await hosts.update("jobwork");
    const after = await hosts.running("jobwork");
    expect(await batch.counted()).toBeLessThan(batch.jobs);
    expect(before.filter(({ id }) => after.some((worker) => worker.id === id))).toEqual([]);
    await batch.expectCounted();
    const done = await batch.done();
    expect(done).toHaveLength(12);
    expect(done.reduce((sum, count) => sum + count)).toBe(batch.jobs);
    expect(Math.min(...done)).toBeGreaterThan(0);
  });

  test("a host is cut off in the middle of a batch, and comes back", async () => {
    const settings = {
      ...QUICK,
      JOBS: 6000,
      HELLO_CLIENT_REQUESTS: 600,
      HELLO_SERVER_WORK: 100,
      WUCLIENT_UPDATES: 6000,
    };
    const overrides = ["tests/src/swarm/clients-on-manager.yml"];
    await hosts.deploy(["hello", "weather", "jobs"], { ...settings, WUSERVER_REPLICAS: 3 }, { overrides });
    const batch = new Batch(hosts, settings.JOBS);
    await batch.until(200);

    await hosts.cut(3);
    const cut = performance.now();
    for (const [role, replicas] of [
      ["jobwork", 6],
      ["hello-server", 3],
      ["wuserver", 3],
    ] as const) {
      await untilElsewhere(role, replicas, 3);
    }
    console.log(`elsewhere after ${performance.now() - cut}`);
    const ghosts = (await hosts.running("jobwork")).filter(({ host }) => host === 3);
    expect(ghosts).toHaveLength(2);
    expect(await batch.counted()).toBeLessThan(batch.jobs);
    await hosts.mend(3);
    await untilElsewhere("jobwork", 6);
    await batch.expectCounted();

    expect(await hosts.statuses("hello-client", 3)).toEqual([0, 0, 0]);
    for (const { stdout } of await hosts.outputs("hello-client")) {
      expect(stdout.match(/^Received World \d+$/gm)).toHaveLength(settings.HELLO_CLIENT_REQUESTS);
    }
    expect(await hosts.statuses("wuclient", 3)).toEqual([0, 0, 0]);
  });
});
