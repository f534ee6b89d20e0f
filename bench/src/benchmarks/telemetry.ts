import { freeEndpoint, type RoleName, type RoleOptions, roleCommand, type RunningProcess } from "process-kit";
import { Pull, Reply, Subscriber } from "zeromq";
import type { Benchmark, Case } from "../benchmark.js";
import { batchVentilator, counter, sender, withProcessorTime } from "../commands.js";
import { alongside, run } from "../processes.js";
import { UPDATE_LENGTH } from "./publish-subscribe.js";
import type { Scale } from "./scale.js";
import { start } from "./startup.js";

/**
 * What it costs our roles to tell what they do, while nobody looks and while somebody does: processor time, and at the start
 * the time until the first message.
 */
export function telemetry(scale: Scale): Benchmark[] {
  const activities: Record<string, Activity> = {
    receive: (endpoint) => receive(scale.messages / 2, endpoint),
    send: (endpoint) => send(scale.messages / 2, endpoint),
    "empty tasks": (endpoint) => emptyTasks(scale.emptyTasks, endpoint),
    "start-up": fiveTimes(startUp),
    "start and end": fiveTimes(startAndEnd),
  };
  const cases = Object.entries(activities).flatMap(([x, activity]): Case[] => [
    { x, variant: "unwatched", needs: ["C"], measure: () => compare(activity, []) },
    { x, variant: "watched", needs: ["C"], measure: () => compare(activity, TOPICS) },
  ]);
  const title = "The cost of telemetry";
  return [{ id: "telemetry", title, unit: "of that without", x: "what", cases, repeats: scale.repeats }];
}

/** What a page subscribes to while somebody looks. */
const TOPICS = ["node", "tick", "span", "log", "label"];

/** Something that roles do, telling a page or none. Returns what it costs: processor time but for the start-up, in milliseconds. */
type Activity = (page?: string) => Promise<number>;

/** Without, with, with, without: what drifts meanwhile concerns both alike. Processor time depends least on what else runs. */
async function compare(activity: Activity, topics: string[]): Promise<number> {
  const endpoint = await freeEndpoint();
  using page = new Subscriber({ linger: 0 });
  await page.bind(endpoint);
  // Without a topic, zeromq.js would subscribe to all
  if (topics.length > 0) page.subscribe(...topics);
  let told = 0;
  const reading = (async () => {
    for await (const _ of page) told += 1;
  })().catch(() => {});
  let [without, telling] = [await activity(), await activity(endpoint)];
  telling += await activity(endpoint);
  without += await activity();
  page.close();
  await reading;
  if (told > 0 !== topics.length > 0)
    throw new Error(`Told a page of ${topics.length} topics ${told} messages`);
  return telling / without;
}

/** Starts a role whose processor time is asked for. */
function measured<N extends RoleName>(name: N, options: RoleOptions<N>, page: string | undefined) {
  const command = withProcessorTime(roleCommand(name, options));
  return run(command, { output: "file", env: { TELEMETRY: page } });
}

/** The processor time that a program has taken, which has ended. */
function processorTime(program: RunningProcess): number {
  const [, milliseconds] = /^processor time (\S+)$/m.exec(program.stdout) ?? [];
  return Number(milliseconds);
}

function receive(updates: number, page?: string): Promise<number> {
  return alongside(sender("C", "PUB", UPDATE_LENGTH), async (connect) => {
    await using client = await measured("wuclient", { connect, filters: [""], updates }, page);
    await client.done();
    return processorTime(client);
  });
}

async function send(tasks: number, page?: string): Promise<number> {
  using sink = new Pull();
  await sink.bind("tcp://127.0.0.1:*");
  const bind = await freeEndpoint();
  await using _ = await run(counter("PULL", 1, bind, 600_000));
  const options = { bind, sink: sink.lastEndpoint ?? "", tasks, workers: 1, seed: 1 };
  await using ventilator = await measured("taskvent", options, page);
  await ventilator.done();
  return processorTime(ventilator);
}

/** Of a worker and a sink. */
async function emptyTasks(tasks: number, page?: string): Promise<number> {
  const [vent, bind] = [await freeEndpoint(), await freeEndpoint()];
  await using sink = await measured("tasksink", { bind, tasks }, page);
  await using worker = await measured("taskwork", { vent, sink: bind }, page);
  const workloads = Array.from({ length: tasks }, () => 0);
  await using _ = await run(batchVentilator(vent, bind, 1, workloads));
  await sink.done();
  await worker.end();
  return processorTime(sink) + processorTime(worker);
}

/** What takes a tenth of a second, so often that small differences show. */
function fiveTimes(activity: Activity): Activity {
  return async (page) => {
    let sum = 0;
    for (let n = 0; n < 5; n++) sum += await activity(page);
    return sum;
  };
}

/** From start to first message, by the clock, as in the benchmark of that name. */
async function startUp(page?: string): Promise<number> {
  using server = new Reply({ linger: 0 });
  await server.bind("tcp://127.0.0.1:*");
  const options = { connect: server.lastEndpoint ?? "", requests: 1, ...(page && { telemetry: page }) };
  return (await start(roleCommand("hello-client", options), () => server.receive())).milliseconds;
}

/** Of a client with a single request, its whole life. */
async function startAndEnd(page?: string): Promise<number> {
  using server = new Reply({ linger: 0 });
  await server.bind("tcp://127.0.0.1:*");
  const serving = server.receive().then(() => server.send("World"));
  const options = { connect: server.lastEndpoint ?? "", requests: 1 };
  await using client = await measured("hello-client", options, page);
  await client.done();
  await serving;
  return processorTime(client);
}
