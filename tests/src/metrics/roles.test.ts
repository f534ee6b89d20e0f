/** What Prometheus has of roles is what they did. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  describeWith,
  eventually,
  freeEndpoint,
  freePort,
  role,
  type RoleName,
  type RoleOptions,
  type RunningProcess,
} from "process-kit/jest";
import { Dealer, Publisher } from "zeromq";
import { namesIn, Prometheus, promtool } from "./prometheus.js";

interface Served {
  process: RunningProcess;
  address: string;
}

/** Starts a role that serves its metrics, and waits until it does. */
async function serving<N extends RoleName>(name: N, options: RoleOptions<N>): Promise<Served> {
  const address = `127.0.0.1:${await freePort()}`;
  const process = role(name, { ...options, metrics: address });
  await process.untilLogged(/^metrics on /);
  return { process, address };
}

async function get({ address }: Served, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${address}${path}`);
  return { status: response.status, text: await response.text() };
}

/** Waits until a role says of itself that it is ready, or why not. */
const untilReady = (served: Served, text = "ready\n") =>
  eventually(async () => (await get(served, "/readyz")).text === text, `${served.process.name}: ${text}`);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "metrics-"));
});
afterEach(() => rm(folder, { recursive: true }));

describeWith("prometheus", "a Prometheus that scrapes", () => {
  test("hello: has the requests and replies of the server, and the retries of a client", async () => {
    const [endpoint, nowhere] = [await freeEndpoint(), await freeEndpoint()];
    const server = await serving("hello-server", { bind: endpoint, work: 0 });
    const lonely = await serving("hello-client", { connect: nowhere, requests: 1000, timeout: 300 });
    await using prometheus = await Prometheus.start([server.address, lonely.address]);
    await untilReady(server);
    await untilReady(lonely, `REQ has no peer at ${nowhere}\n`);

    await role("hello-client", { connect: endpoint, requests: 25 }).done();
    const of = (metric: string) =>
      `zeromq_messages_${metric}_total{instance="${server.address}",socket="REP"}`;
    await prometheus.until({
      [of("received")]: 25,
      [of("sent")]: 25,
      [`zeromq_peers{instance="${server.address}"}`]: 0,
      "count(up == 1)": 2,
      "count by (role) (zeromq_role_info{role='hello-client'})": 1,
    });
    expect(server.process.stdout.match(/Received Hello/g)).toHaveLength(25);

    // Until it has a server
    await using _late = role("hello-server", { bind: nowhere, work: 50 });
    await untilReady(lonely);
    await eventually(async () => {
      const tried = lonely.process.logLines(/^no reply from .* trying again$/).length;
      const [counted] = await prometheus.query("sum(zeromq_request_retries_total)");
      return tried > 0 && counted?.value === tried;
    }, "as many retries as are logged");
  });

  test("weather: has what a subscriber received, and what was malformed", async () => {
    const endpoint = await freeEndpoint();
    const publisher = new Publisher({ linger: 0 });
    await publisher.bind(endpoint);
    const client = await serving("wuclient", { filters: [""], connect: endpoint, updates: 1_000_000 });
    await using prometheus = await Prometheus.start([client.address]);
    await untilReady(client);
    // A slow joiner misses the first ones
    await eventually(async () => {
      await publisher.send("10001 20 30");
      return /_received_total\{\S+\} [1-9]/.test((await get(client, "/metrics")).text);
    }, "the first update");
    for (const update of ["no update", "10001 x", "10001 20 30"]) await publisher.send(update);
    await prometheus.until({ zeromq_malformed_messages_total: 2 });
    publisher.close();
    await untilReady(client, `SUB has no peer at ${endpoint}\n`);
  });

  test("a pipeline: has each task and each result, in each of the roles", async () => {
    const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
    // It waits for one more, so that it is there to be asked
    const tasksink = await serving("tasksink", { bind: sink, tasks: 101 });
    const workers = [await serving("taskwork", { vent, sink }), await serving("taskwork", { vent, sink })];
    await untilReady(workers[0] as Served, `PULL has no peer at ${vent}\n`);
    const targets = [tasksink, ...workers].map(({ address }) => address);
    await using prometheus = await Prometheus.start(targets);
    const taskvent = role("taskvent", { bind: vent, sink, tasks: 100, workers: 2, seed: 1 });
    await taskvent.done();
    await prometheus.until({
      'sum(zeromq_messages_received_total{socket="PULL",side="connect"})': 100,
      'sum(zeromq_messages_sent_total{socket="PUSH",side="connect"})': 100,
      // With the start of the batch
      'zeromq_messages_received_total{socket="PULL",side="bind"}': 101,
      'zeromq_peers{socket="PULL",side="bind"}': 2,
      "sum(zeromq_malformed_messages_total)": 0,
    });
    for (const { process } of workers) {
      const tasks = process.stdout.match(/\d+\./g)?.length;
      const { address } = workers.find((each) => each.process === process) as Served;
      await prometheus.until({
        [`zeromq_messages_received_total{instance="${address}",socket="PULL"}`]: tasks ?? 0,
      });
    }
  });

  test("jobs: has where each job is, what workers did with it, and what the sink has counted", async () => {
    const input = join(folder, "jobs.txt");
    // One that takes for ever, one that fails, and 30 that take a moment
    await writeFile(input, `60000\nsoon\n${"1\n".repeat(30)}`);
    const [bind, sink] = [await freeEndpoint(), await freeEndpoint()];
    const jobsink = await serving("jobsink", { bind: sink });
    const jobvent = await serving("jobvent", { bind, sink, input, workers: 2 });
    const workers = [
      await serving("jobwork", { vent: bind, grace: 60_000 }),
      await serving("jobwork", { vent: bind, grace: 60_000 }),
    ];
    const all = [jobsink, jobvent, ...workers];
    await using prometheus = await Prometheus.start(all.map(({ address }) => address));
    await Promise.all(all.map((each) => untilReady(each)));
    // Somebody who does not speak as they do
    const stranger = new Dealer({ linger: 1000 });
    stranger.connect(sink);
    await stranger.send("nonsense");
    await prometheus.until({
      'zeromq_jobvent_jobs{state="queued"}': 0,
      'zeromq_jobvent_jobs{state="held"}': 1,
      'zeromq_jobvent_jobs{state="done"}': 0,
      'zeromq_jobvent_jobs{state="counted"}': 31,
      zeromq_jobvent_workers: 2,
      zeromq_jobvent_failures_total: 3,
      "sum(zeromq_jobwork_jobs_held)": 1,
      'sum(zeromq_jobwork_jobs_total{outcome="done"})': 30,
      'sum(zeromq_jobwork_jobs_total{outcome="failed"})': 3,
      'zeromq_jobsink_jobs{state="result"}': 30,
      'zeromq_jobsink_jobs{state="dead"}': 1,
      'zeromq_jobsink_jobs{state="missing"}': 1,
      "sum(zeromq_malformed_messages_total)": 1,
      "count(nodejs_eventloop_lag_p99_seconds)": 4,
    });
    stranger.close();

    // A worker that is told to stop does the job that it is at, and says so meanwhile
    const [held] = await prometheus.query("zeromq_jobwork_jobs_held == 1");
    const busy = workers.find(({ address }) => address === held?.metric["instance"]) as Served;
    if (process.platform !== "win32") {
      busy.process.kill("SIGTERM");
      await untilReady(busy, "stopping\n");
      expect((await get(busy, "/healthz")).status).toBe(200);
    }

    // What all of them say, as Prometheus wants it to be
    for (const each of all) {
      const { text } = await get(each, "/metrics");
      const ours = text
        .split("\n\n")
        .filter((block) => namesIn(block).some((name) => name.startsWith("zeromq_")));
      await promtool(["check", "metrics"], `${ours.join("\n")}\n`);
    }
  });
});
