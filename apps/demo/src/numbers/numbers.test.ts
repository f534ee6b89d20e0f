import { expect, test } from "@jest/globals";
import { XPublisher } from "zeromq";
import { startRole } from "zmq-common/testing";
import { publishNumbers } from "./publish.js";
import { subscribeToNumbers } from "./subscribe.js";

test("a publisher that waits for its subscribers: nobody misses a number", async () => {
  const options = { bind: ["tcp://127.0.0.1:*"], numbers: 300, rate: 1000, subscribers: 2 };
  await using publisher = startRole(publishNumbers, options);
  const endpoint = await publisher.endpoint();
  await using one = startRole(subscribeToNumbers, { connect: [endpoint] });
  await using other = startRole(subscribeToNumbers, { connect: [endpoint] });
  await Promise.all([publisher.done, one.done, other.done]);
  expect([one.printed, other.printed]).toEqual(
    Array.from({ length: 2 }, () => "Received 300 numbers, missed none\n"),
  );
  expect(publisher.printed).toBe("Published 100\nPublished 200\nPublished 300\n");
});

test("a subscriber notes what it has missed, also in between, and leaves out what is no number", async () => {
  const publisher = new XPublisher({ linger: 0 });
  await publisher.bind("tcp://127.0.0.1:*");
  await using subscriber = startRole(subscribeToNumbers, { connect: [publisher.lastEndpoint ?? ""] });
  await publisher.receive();
  for (const text of ["4 of 9", "5 of 9", "six", "8 of 9", "9 of 9"]) await publisher.send(text);
  await subscriber.done;
  expect(subscriber.printed).toBe("Received 4 numbers, missed 1 to 3, 6 to 7\n");
  expect(subscriber.logged.map(({ msg }) => msg)).toContain("malformed number");
  publisher.close();
});
