/** Malformed messages: dropped or, where any message will do, taken for one. */
import { expect, test } from "@jest/globals";
import { eventually, freeEndpoint, role, type RunningProcess } from "process-kit/jest";
import { Dealer, Pull, Push, Reply, Request, XPublisher, XSubscriber } from "zeromq";
import { bound, connected, receive } from "../support/sockets.js";

const TOO_BIG = Buffer.alloc(10_000_000, "1");

/** What is neither a weather update nor a task, in every way. */
const MALFORMED: Record<string, Buffer | string | (Buffer | string)[]> = {
  empty: "",
  text: "how is the weather",
  "almost right": "10001  20 30",
  "far too many digits": "9".repeat(1000),
  "bytes of all values": Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  "not UTF-8": Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
  "only a NUL": Buffer.from([0]),
  "a terminal's control sequence": "\x1b[2J\x07",
  "of several frames": ["10001 20 30", "and more"],
  "of empty frames": ["", "", ""],
  "of 10 MB": TOO_BIG,
};

/** How many more come in a burst. */
const BURST = 200;

/** What a role has logged about malformed messages. */
function complaints(child: RunningProcess): [string, unknown][] {
  return child.logLines(/^malformed/).map(({ msg, count }) => [msg, count]);
}

/** The 1st, 10th and 100th of them and, in the end, how many they were. */
function allComplaints(kind: string): [string, number][] {
  return [
    ...[1, 10, 100].map((count): [string, number] => [`malformed ${kind}`, count]),
    [`malformed in all: ${kind}`, Object.keys(MALFORMED).length + BURST],
  ];
}

test("wuclient drops malformed updates, says so ever more rarely, and averages the good ones", async () => {
  // XPUB is told of subscriptions, PUB is not
  const { socket: publisher, endpoint } = await bound(new XPublisher({ sendHighWaterMark: 0 }));
  const client = role("wuclient", { filters: [""], connect: endpoint, updates: 2 });
  await receive(publisher);
  await publisher.send("10001 10 30");
  for (const message of Object.values(MALFORMED)) await publisher.send(message);
  for (let n = 0; n < BURST; n++) await publisher.send("nonsense");
  await publisher.send("10001 20 30");
  await client.done();
  expect(client.stdout).toContain("Average temperature for zipcode '' was 15F\n");
  expect(complaints(client)).toEqual(allComplaints("weather update"));
});

test("taskwork confirms malformed tasks all the same, says so ever more rarely, and does the good ones", async () => {
  const { socket: ventilator, endpoint: vent } = await bound(new Push());
  const { socket: results, endpoint: sink } = await bound(new Pull());
  const worker = role("taskwork", { vent, sink });
  const tasks = ["1", ...Object.values(MALFORMED), ...Array.from({ length: BURST }, () => "x"), "2"];
  for (const task of tasks) await ventilator.send(task);
  // A batch always ends
  for (const _ of tasks) expect(await receive(results)).toEqual([Buffer.alloc(0)]);
  await worker.stop();
  expect(worker.stdout).toBe(`1.${"?.".repeat(tasks.length - 2)}2.`);
  expect(complaints(worker)).toEqual(allComplaints("task"));
});

test("tasksink takes any message for a result, but none over its limit", async () => {
  const endpoint = await freeEndpoint();
  const messages = Object.values(MALFORMED).filter((message) => message !== TOO_BIG);
  const sink = role("tasksink", { bind: endpoint, tasks: messages.length });
  const worker = connected(new Push(), endpoint);
  await worker.send("0");
  const oversized = connected(new Push(), endpoint);
  await oversized.send(TOO_BIG);
  await cutOff(sink);
  for (const message of messages) await worker.send(message);
  await sink.done();
  expect(sink.stdout).toMatch(/^:\.{9}\nTotal elapsed time: \d+ msec\n$/);
});

test("hello-server answers any request, and lets nobody send one over its limit", async () => {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 0 });
  const client = connected(new Request(), endpoint);
  const requests = Object.values(MALFORMED).filter((message) => message !== TOO_BIG);
  for (const request of requests) {
    await client.send(request);
    expect(String(await receive(client))).toBe("World");
  }
  await eventually(() => server.stdout.split("\n").length > requests.length, "a line for each request");
  const served = server.stdout;
  // Control characters are shown, not obeyed
  expect(served).toMatch(/^(?:Received [^\p{Cc}]*\n)+$/u);

  // A request must begin with the empty frame of REQ
  await connected(new Dealer(), endpoint).send(["not", "a", "request"]);
  const oversized = connected(new Dealer(), endpoint);
  await oversized.send(["", TOO_BIG]);
  await cutOff(server);
  await client.send("Hello");
  expect(String(await receive(client))).toBe("World");
  await server.stop();
  expect(server.stdout).toBe(`${served}Received Hello\n`);
});

test("hello-client takes any reply", async () => {
  const { socket: server, endpoint } = await bound(new Reply());
  const replies = Object.values(MALFORMED);
  const client = role("hello-client", { connect: endpoint, requests: replies.length, timeout: 10_000 });
  for (const reply of replies) {
    await receive(server);
    await server.send(reply);
  }
  await client.done();
  expect(client.stdout.match(/^Received .* \d+$/gm)).toHaveLength(replies.length);
  expect(client.stdout).toMatch(/^[^\p{Cc}]+$/mu);
});

test("wuserver serves its subscribers whatever others send it", async () => {
  const endpoint = await freeEndpoint();
  const server = role("wuserver", { bind: endpoint, rate: 1000 });
  // What begins with neither 0 nor 1 is no subscription
  const odd = connected(new XSubscriber({ sendHighWaterMark: 0 }), endpoint);
  for (const message of Object.values(MALFORMED)) await odd.send(message);
  await cutOff(server);
  await role("wuclient", { filters: [""], connect: endpoint, updates: 10 }).done();
  await server.stop();
});

/** Waits until a role has disconnected a peer. */
async function cutOff(child: RunningProcess): Promise<void> {
  const counts = () => child.logLines(/peers connected/).map(({ msg }) => Number(/\d+/.exec(msg)));
  const look = () => counts().some((count, n, all) => count < (all[n - 1] ?? 0));
  await eventually(look, () => `a peer cut off from\n${child.report()}`);
}
