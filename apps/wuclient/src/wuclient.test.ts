import { describe, expect, test } from "@jest/globals";
import { XPublisher } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { wuclient } from "./wuclient.js";

const defaults = { filters: ["10001 "], updates: 3 };

/** A publisher that knows when its subscriber is there: XPUB receives the subscriptions. */
async function publisher(endpoint = "tcp://127.0.0.1:*") {
  const socket = new XPublisher({ receiveTimeout: 5000, linger: 0 });
  await socket.bind(endpoint);
  return {
    endpoint: socket.lastEndpoint ?? "",
    /** The next subscription, as `+10001 `, or cancelled one, as `-10001 `. */
    async subscription() {
      const [frame = Buffer.of()] = await socket.receive();
      return `${frame[0] === 1 ? "+" : "-"}${frame.toString("utf8", 1)}`;
    },
    async publish(...updates: (string | Buffer | string[])[]) {
      for (const update of updates) await socket.send(update);
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

test.each(transports())("averages the temperature of its zip code over %s", async (transport) => {
  using weather = await publisher(transport);
  await using client = startRole(wuclient, { ...defaults, connect: [weather.endpoint] });
  expect(await weather.subscription()).toBe("+10001 ");
  await weather.publish("10001 10 20", "10002 99 20", "10001 20 20", "10001 31 59");
  await client.done;
  expect(client.printed).toBe(
    "Collecting updates from weather server...\nAverage temperature for zipcode '10001 ' was 20F\n",
  );
});

test("shows how far its averages are to those who look on", async () => {
  using weather = await publisher();
  let read: () => Iterable<readonly [string, number, number]> = () => [];
  const show = (given: typeof read) => (read = given);
  const filters = ["10001 ", "2"];
  const options = { ...defaults, filters, connect: [weather.endpoint] };
  await using client = startRole(wuclient, options, { show });
  await weather.subscription();
  await weather.subscription();
  expect([...read()]).toEqual([
    ["10001 ", 0, 0],
    ["2", 0, 0],
  ]);
  await weather.publish(
    "10001 10 20",
    "20002 7 20",
    "10001 25 20",
    "10001 31 59",
    "21000 8 20",
    "22000 9 20",
  );
  await client.done;
  expect([...read()]).toEqual([
    ["10001 ", 3, 22],
    ["2", 3, 8],
  ]);
});

test("truncates the average towards zero, as C does", async () => {
  using weather = await publisher();
  await using client = startRole(wuclient, { ...defaults, connect: [weather.endpoint] });
  await weather.subscription();
  await weather.publish("10001 -1 20", "10001 -2 20", "10001 -2 20");
  await client.done;
  expect(client.printed).toContain("was -1F\n");
});

test("never prints a negative zero", async () => {
  using weather = await publisher();
  await using client = startRole(wuclient, { ...defaults, connect: [weather.endpoint] });
  await weather.subscription();
  await weather.publish("10001 -1 20", "10001 0 20", "10001 0 20");
  await client.done;
  expect(client.printed).toContain("was 0F\n");
});

test("with several filters, collects the updates of each and prints a line for each", async () => {
  using weather = await publisher();
  const filters = ["10001 ", "2000", ""];
  await using client = startRole(wuclient, { filters, updates: 2, connect: [weather.endpoint] });
  const subscriptions = [
    await weather.subscription(),
    await weather.subscription(),
    await weather.subscription(),
  ];
  expect(subscriptions.toSorted()).toEqual(["+", "+10001 ", "+2000"]);
  // The first two make up the share of "" as well; the others count for their own filter only
  await weather.publish("10001 10 20", "20001 20 20", "10001 30 20", "10001 90 20", "20009 40 20");
  await client.done;
  expect(client.printed.split("\n").slice(1)).toEqual([
    "Average temperature for zipcode '10001 ' was 20F",
    "Average temperature for zipcode '2000' was 30F",
    "Average temperature for zipcode '' was 15F",
    "",
  ]);
});

test("takes updates from several servers", async () => {
  using one = await publisher();
  using two = await publisher();
  await using client = startRole(wuclient, {
    ...defaults,
    updates: 2,
    connect: [one.endpoint, two.endpoint],
  });
  await one.subscription();
  await two.subscription();
  await one.publish("10001 10 20");
  await two.publish("10001 20 20");
  await client.done;
  expect(client.printed).toContain("was 15F\n");
});

describe("reads updates as other publishers send them", () => {
  test.each<[string, Buffer]>([
    ["with a trailing NUL", Buffer.from("10001 40 20\0")],
    ["with an uninitialised tail", Buffer.concat([Buffer.from("10001 40 20\0"), Buffer.alloc(8, 0xff)])],
  ])("%s", async (_, update) => {
    using weather = await publisher();
    await using client = startRole(wuclient, { ...defaults, updates: 1, connect: [weather.endpoint] });
    await weather.subscription();
    await weather.publish(update);
    await client.done;
    expect(client.printed).toContain("was 40F\n");
    expect(client.logged).toEqual([]);
  });
});

test("drops what is no update, says so, and goes on", async () => {
  using weather = await publisher();
  await using client = startRole(wuclient, { ...defaults, connect: [weather.endpoint] });
  await weather.subscription();
  await weather.publish(
    "10001 10 20",
    "10001 ",
    "10001 nonsense",
    ["10001 10 20", "more"],
    "10001 30 20",
    "10001 50 20",
  );
  await client.done;
  expect(client.printed).toContain("was 30F\n");
  expect(client.logged).toMatchObject([
    { msg: "malformed weather update", count: 1 },
    { msg: "malformed in all: weather update", count: 3 },
  ]);
});

test("says what it waits for when nothing comes, and stops when it is told to", async () => {
  using weather = await publisher();
  await using client = startRole(wuclient, { ...defaults, connect: [weather.endpoint] });
  await client.until(() => client.logged.length > 0);
  expect(client.logged[0]?.msg).toMatch(/^no update for \d+ ms from tcp:\S+; waiting$/);
  await client.stop();
  await expect(client.done).rejects.toThrow("stopped by the test");
  expect(client.printed).toBe("Collecting updates from weather server...\n");
});
