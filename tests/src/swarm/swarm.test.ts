/** The patterns on three hosts: spread, scaled, updated, and without one of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { actorsOf, edgesOf, type LiveState, type Pattern } from "live";
import { describeWith, eventually, role } from "process-kit/jest";
import { outcomeOf, parseJournal, readJournal } from "../jobs/journal.js";
import { type Container, type DeployOptions, type Hosts, type Settings, threeHosts } from "./hosts.js";
import { openFrom, openPage } from "./live.js";

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
    // Not there yet when the sink has just begun
    const command = ["exec", sink.id, "sh", "-c", "cat /journal/results 2>/dev/null || :"];
    return parseJournal(await this.#hosts.docker(sink.host, command)).results.length;
  }

  async until(count: number): Promise<void> {
    await eventually(async () => (await this.counted()) >= count, `${count} jobs counted`, 60_000);
  }

  /**
   * Waits for the end of the batch, and expects that each job is counted once and none is dead.
   *
   * @param starts How often ventilator and sink were started.
   */
  async expectCounted(starts = 1): Promise<void> {
    for (const end of ["jobsink", "jobvent"]) {
      expect(await this.#hosts.statuses(end, starts)).toEqual(Array.from({ length: starts }, () => 0));
    }
    expect(outcomeOf(await this.journal(), this.jobs)).toEqual({ faults: [], dead: [], isEnded: true });
  }

  async journal() {
    const [sink] = await this.#hosts.containers("jobsink");
    const folder = mkdtempSync(join(tmpdir(), "journal-"));
    try {
      if (sink === undefined) throw new Error("Expected a sink, got none");
      await this.#hosts.docker(sink.host, ["cp", `${sink.id}:/journal/results`, join(folder, "results")]);
      return readJournal(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Stops a worker, and says how many jobs it has done. Its numbers are no lines: Docker's log has them at its end. */
  async doneBy(worker: Container | undefined): Promise<number> {
    if (worker === undefined) throw new Error("Expected a worker, got none");
    await this.#hosts.docker(worker.host, ["stop", worker.id]);
    const { stdout } = await this.#hosts.output(worker);
    return stdout.match(/\d+\./g)?.length ?? 0;
  }
}

const hostsOf = (containers: readonly Container[]) =>
  containers.map(({ host }) => host).toSorted((a, b) => a - b);

const PATTERNS: Pattern[] = ["hello", "weather", "pipeline", "jobs"];

/** The hosts that roles are heard of from. */
function hostsHeard(state: LiveState): string[] {
  const actors = PATTERNS.flatMap((pattern) => actorsOf(state, pattern, Date.now()));
  const heard = actors.filter(({ condition }) => condition === "running");
  return [...new Set(heard.map(({ node }) => node?.host ?? ""))].toSorted();
}

/** How many connections there are on the page. */
const connections = (state: LiveState, pattern: Pattern) =>
  edgesOf(pattern, actorsOf(state, pattern, Date.now())).filter(({ isUp }) => isUp).length;

/** Slow enough for two cores to have something left for the others. */
const QUICK_WEATHER: Settings = { WUSERVER_RATE: 1000, WUCLIENT_FILTERS: "1", WUCLIENT_UPDATES: 50 };

describeWith("swarm", "on three hosts", () => {
  const hosts = threeHosts();

  async function deployJobs(
    jobs: number,
    settings: Settings = {},
    options: DeployOptions = {},
  ): Promise<Batch> {
    await hosts.deploy(["jobs"], { JOBS: jobs, ...settings }, options);
    return new Batch(hosts, jobs);
  }

  /** Waits until this many containers of a service run on other hosts than this one. */
  const untilElsewhere = (service: string, replicas: number, host?: number) =>
    eventually(
      async () => {
        const running = await hosts.running(service);
        const elsewhere = running.filter((container) => container.host !== host);
        return elsewhere.length === replicas && elsewhere;
      },
      `${replicas} replicas of ${service} run`,
      60_000,
    );

  test("each pattern runs, spread over all, with the right status and figures", async () => {
    const settings = { ...QUICK_WEATHER, HELLO_SERVER_WORK: 20, TASKS: 600, TASKVENT_SEED: 1, JOBS: 300 };
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

    for (const workers of ["taskwork", "jobwork"]) {
      expect(hostsOf(await hosts.running(workers))).toEqual([1, 1, 2, 2, 3, 3]);
    }
    expect(hostsOf(await hosts.containers("hello-server"))).toEqual([1, 2, 3]);
  });

  test("workers come and go in the middle of a batch: the new ones work, and nothing is lost", async () => {
    const batch = await deployJobs(1500, { JOBWORK_REPLICAS: 3 });
    await batch.until(50);
    const first = new Set((await hosts.running("jobwork")).map(({ id }) => id));
    await hosts.scale("jobwork", 9);
    const workers = await untilElsewhere("jobwork", 9);
    await batch.until((await batch.counted()) + 200);
    const added = workers.find(({ id }) => !first.has(id));
    expect(await batch.doneBy(added)).toBeGreaterThan(0);
    await hosts.scale("jobwork", 3);
    await untilElsewhere("jobwork", 3);
    await batch.expectCounted();
  });

  test("a rolling update of the workers in the middle of a batch: nothing is lost, or done twice", async () => {
    const batch = await deployJobs(2500, { JOBWORK_REPLICAS: 4 });
    await batch.until(100);
    const before = await hosts.running("jobwork");
    await hosts.update("jobwork");
    const after = await hosts.running("jobwork");
    expect(await batch.counted()).toBeLessThan(batch.jobs);
    expect(new Set([...before, ...after].map(({ id }) => id)).size).toBe(8);
    await batch.expectCounted();
    const done = await Promise.all([...before, ...after].map((worker) => batch.doneBy(worker)));
    expect(Math.min(...done)).toBeGreaterThan(0);
    expect(done.reduce((sum, count) => sum + count)).toBe(batch.jobs);
  });

  test("a host is cut off in the middle of a batch, its replicas run elsewhere, and it comes back", async () => {
    const jobs = { JOBS: 4000 };
    const hello = { HELLO_CLIENT_REPLICAS: 2, HELLO_CLIENT_REQUESTS: 300, HELLO_SERVER_WORK: 100 };
    const weather = {
      ...QUICK_WEATHER,
      WUSERVER_REPLICAS: 3,
      WUCLIENT_REPLICAS: 1,
      WUCLIENT_UPDATES: 9000,
    };
    const overrides = ["tests/src/swarm/clients-on-manager.yml"];
    await hosts.deploy(["hello", "weather", "jobs"], { ...jobs, ...hello, ...weather }, { overrides });
    const batch = new Batch(hosts, jobs.JOBS);
    await batch.until(200);
    const server = (await hosts.running("hello-server")).find(({ host }) => host === 3);
    await eventually(async () => server && (await hosts.output(server)).stdout !== "", "it serves", 60_000);

    await hosts.cut(3);
    const cut = performance.now();
    await untilElsewhere("jobwork", 6, 3);
    await untilElsewhere("hello-server", 3, 3);
    await untilElsewhere("wuserver", 3, 3);
    expect(performance.now() - cut).toBeLessThan(60_000);
    expect(await batch.counted()).toBeLessThan(batch.jobs);

    // The workers on that host have results that they could not send
    const ghosts = (await hosts.running("jobwork")).filter(({ host }) => host === 3);
    expect(ghosts).toHaveLength(2);
    await hosts.mend(3);
    await untilElsewhere("jobwork", 6);
    await batch.expectCounted();

    expect(await hosts.statuses("hello-client", 2)).toEqual([0, 0]);
    for (const { stdout } of await hosts.outputs("hello-client")) {
      expect(stdout.match(/^Received World \d+$/gm)).toHaveLength(hello.HELLO_CLIENT_REQUESTS);
    }
    expect(await hosts.statuses("wuclient")).toEqual([0]);
  });

  describe("with keys as secrets,", () => {
    let folder = "";
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "curve-"));
      await role("keys", { dir: folder }).done();
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    test("the host with the journals is cut off in the middle of a batch, and goes on when it is back", async () => {
      const settings = { CURVE_DIR: folder, JOURNAL_HOST: "node.hostname == host2" };
      const batch = await deployJobs(2500, settings, { overrides: ["docker-stack.secure.yml"] });
      await batch.until(200);
      await hosts.cut(2);
      await untilElsewhere("jobwork", 6, 2);
      await hosts.mend(2);
      // For a moment there are two of each: the ones that were cut off, and those that replace them
      await batch.expectCounted(2);
    });

    test("the dashboard shows the roles of all hosts, to its own host alone, and which host is lost", async () => {
      const live = { TELEMETRY: "tcp://dashboard:5560", DASHBOARD_REPLICAS: 1 };
      // More of everything than there is time for
      const hello = { HELLO_CLIENT_REQUESTS: 1_000_000, HELLO_SERVER_WORK: 50 };
      const weather = {
        ...QUICK_WEATHER,
        WUSERVER_REPLICAS: 1,
        WUCLIENT_REPLICAS: 1,
        WUCLIENT_UPDATES: 1_000_000,
      };
      const batches = { TASKS: 1_000_000, TASKWORK_REPLICAS: 1, JOBS: 10_000, JOBWORK_REPLICAS: 1 };
      await hosts.deploy(
        PATTERNS,
        { ...live, ...hello, ...weather, ...batches, CURVE_DIR: folder },
        { overrides: ["docker-stack.secure.yml"] },
      );
      await untilElsewhere("dashboard", 1);
      await using page = await openPage(hosts);
      const { state } = page;
      // Each client is connected to each server, and each worker to both ends; jobs come back to their ventilator
      const wanted = { hello: 9, weather: 1, pipeline: 2, jobs: 2 };
      await eventually(
        () => PATTERNS.every((pattern) => connections(state, pattern) === wanted[pattern]),
        () => `the connections on the page, ${PATTERNS.map((pattern) => connections(state, pattern)).join()}`,
        120_000,
      );
      expect(hostsHeard(state)).toEqual(["host1", "host2", "host3"]);
      expect(await openFrom(2, hosts)).toBe("ECONNREFUSED");

      await hosts.cut(3);
      await eventually(() => hostsHeard(state).join() === "host1,host2", "host 3 is lost");
      await hosts.mend(3);
      await eventually(() => hostsHeard(state).length === 3, "host 3 is back", 60_000);
    });
  });
});
