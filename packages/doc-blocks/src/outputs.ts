/** What programs print, as the pages show it: recorded from a run. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, role, type RoleOptions } from "process-kit";
import { head, pick } from "./form.js";

/** The log as it looks on a terminal. */
const TEXT_LOG = { env: { LOG_FORMAT: "text" } } as const;

/** What a block shows, by its name: `<!-- generated: output hello-client -->`. Each is recorded once a run. */
export const OUTPUTS: ReadonlyMap<string, () => Promise<string>> = new Map([
  ["start", once(start)],
  ["start pipeline", once(startPipeline)],
  ["hello-server", async () => (await hello()).server],
  ["hello-client", async () => (await hello()).client],
  ["hello-client, server late", once(serverLate)],
  ["hello-client, no server", once(noServer)],
  ["wuserver", async () => (await weather()).server],
  ["wuclient", async () => (await weather()).client],
  ["wuclient, filters", once(filters)],
  ["taskvent", async () => (await pipeline()).vent],
  ["taskwork", async () => (await pipeline()).worker],
  ["tasksink", async () => (await pipeline()).sink],
  ["tasksink, results missing", once(resultsMissing)],
  ["keys", once(keys)],
]);

/** All patterns, as `npx pnpm@10 start` runs them. */
async function start(): Promise<string> {
  return pick(await demo({}), [
    /^Request-reply/,
    /^\$ .*hello-server/,
    /^\$ .*hello-client/,
    /^hello-client │ Connecting/,
    /^hello-client │ Sending Hello 0/,
    /^hello-server │ Received Hello/,
    /^hello-client │ Received World 0/,
    "…",
    /^Parallel pipeline/,
    /^\$ .*tasksink/,
    /^\$ .*taskwork/,
    /^\$ .*taskvent/,
    /^taskvent +│ Sending/,
    /^taskvent +│ Total/,
    /^taskwork 3 +│ [\d.]+$/,
    /^tasksink +│ [.:]+$/,
    "…",
    /^tasksink +│ Total/,
    "",
    /^Summary/,
    /^ {2}hello /,
    /^ {2}weather /,
    /^ {2}pipeline /,
  ]);
}

async function startPipeline(): Promise<string> {
  return pick(await demo({ patterns: ["pipeline"], workers: 8 }), [
    /^Parallel pipeline/,
    /^\$ .*tasksink/,
    /^\$ .*taskwork/,
    /^\$ .*taskvent/,
    /^taskvent +│ Sending/,
    /^taskvent +│ Total/,
    /^taskwork 7 +│ [\d.]+$/,
    /^taskwork 5 +│ [\d.]+$/,
    "…",
    /^tasksink +│ [.:]+$/,
    "…",
    /^tasksink +│ Total/,
    "",
    /^Summary/,
    /^ {2}pipeline /,
  ]);
}

/** Runs the demo, on free ports instead of the usual ones. */
async function demo(options: RoleOptions<"demo">): Promise<string> {
  const port = await freePort(4);
  const env = { LOG_FORMAT: "text", LOG_LEVEL: "warn" };
  await using process = role("demo", { ...options, port }, { env, within: 60_000 });
  await process.done();
  return process.stdout.replaceAll(/(?<=tcp:\/\/127\.0\.0\.1:)\d+/g, (each) =>
    String(Number(each) - port + 5555),
  );
}

const hello = once(async () => {
  const port = await freePort();
  await using server = role("hello-server", { bind: `tcp://*:${port}`, work: 0 }, TEXT_LOG);
  await using client = role("hello-client", { connect: `tcp://localhost:${port}` }, TEXT_LOG);
  await client.done();
  await server.until(/(?:Received Hello\n){10}/);
  await server.line(/INFO: peers connected: 1/, { on: "stderr" });
  const log = pick(server.stderr, [/WARN/, /INFO: waiting/, /INFO: peers connected: 1/]);
  return {
    server: usualPorts(`${log}\n${head(server.stdout, 2)}`, { 5555: port }),
    client: head(client.stdout, 5),
  };
});

async function serverLate(): Promise<string> {
  const port = await freePort();
  await using client = role("hello-client", { connect: `tcp://localhost:${port}`, requests: 1 }, TEXT_LOG);
  await client.until(/trying again/, { on: "stderr" });
  await using _server = role("hello-server", { bind: `tcp://*:${port}`, work: 0 });
  await client.done();
  const [sending, received] = [pick(client.stdout, [/^Sending/]), pick(client.stdout, [/^Received/])];
  return usualPorts([sending, pick(client.stderr, [/WARN/]), received].join("\n"), { 5555: port });
}

async function noServer(): Promise<string> {
  const port = await freePort();
  const options = { connect: `tcp://localhost:${port}`, retries: 3, timeout: 500 };
  await using client = role("hello-client", options, TEXT_LOG);
  await client.exited();
  return usualPorts(pick(client.stderr, [/FATAL/]), { 7777: port });
}

const weather = once(async () => {
  const port = await freePort();
  await using folder = await temporaryFolder();
  const bind = [`tcp://*:${port}`, "ipc://weather.ipc"];
  await using server = role("wuserver", { bind }, { ...TEXT_LOG, cwd: folder.path });
  await using client = role("wuclient", { connect: `tcp://localhost:${port}` }, TEXT_LOG);
  await client.done();
  await server.line(/INFO: peers connected: 1/, { on: "stderr" });
  const log = pick(server.stderr, [/WARN/, /INFO: publishing/, /INFO: peers connected: 1/]);
  return { server: usualPorts(log, { 5556: port }), client: client.stdout.trimEnd() };
});

async function filters(): Promise<string> {
  const port = await freePort();
  await using _server = role("wuserver", { bind: `tcp://127.0.0.1:${port}` });
  const options = { filters: ["10001 ", "94103 ", "1"], connect: `tcp://localhost:${port}`, updates: 10 };
  await using client = role("wuclient", options);
  await client.done();
  return pick(client.stdout, [/'10001 '/, /'94103 '/, /'1'/]);
}

const pipeline = once(async () => {
  const [vent, sink] = [await freePort(), await freePort()];
  const ends = { vent: `tcp://localhost:${vent}`, sink: `tcp://localhost:${sink}` };
  await using tasksink = role("tasksink", { bind: `tcp://*:${sink}` });
  await using taskwork = role("taskwork", ends, TEXT_LOG);
  await using _other = role("taskwork", ends);
  await using taskvent = role("taskvent", { bind: `tcp://*:${vent}`, sink: ends.sink, workers: 2 });
  await taskvent.done();
  await tasksink.done();
  const [tasks] = await taskwork.until(/^(?:\d+\.){25}/);
  const log = pick(taskwork.stderr, [/INFO: waiting for the sink/, /INFO: waiting for tasks/]);
  return {
    vent: taskvent.stdout.trimEnd(),
    worker: usualPorts(`${log}\n${tasks}…`, { 5557: vent, 5558: sink }),
    sink: tasksink.stdout.trimEnd(),
  };
});

async function resultsMissing(): Promise<string> {
  const [vent, sink] = [await freePort(), await freePort()];
  const ends = { vent: `tcp://localhost:${vent}`, sink: `tcp://localhost:${sink}` };
  await using tasksink = role("tasksink", { bind: `tcp://*:${sink}`, timeout: 1000 }, TEXT_LOG);
  await using _taskwork = role("taskwork", ends);
  const batch = { bind: `tcp://*:${vent}`, sink: ends.sink, tasks: 50, workers: 1 };
  await using taskvent = role("taskvent", batch);
  await taskvent.done();
  await tasksink.exited();
  return pick(tasksink.stderr, [/FATAL/]);
}

async function keys(): Promise<string> {
  await using folder = await temporaryFolder();
  await using process = role("keys", {}, { cwd: folder.path });
  await process.done();
  return head(process.stdout, 5);
}

/** Runs once, however many blocks ask for a part of what it records. */
function once<T>(record: () => Promise<T>): () => Promise<T> {
  let recorded: Promise<T> | undefined;
  return () => (recorded ??= record());
}

/** A text with the ports that the pages speak of instead of those of the run. */
function usualPorts(text: string, ports: Readonly<Record<number, number>>): string {
  return Object.entries(ports).reduce((each, [usual, port]) => each.replaceAll(String(port), usual), text);
}

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "doc-blocks-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
