import { connect } from "node:net";
import { describe, expect, jest, test } from "@jest/globals";
jest.setTimeout(1e9);
import * as fc from "fast-check";
import { Publisher, type Socket, Subscriber, XPublisher, XSubscriber } from "zeromq";
import "../sockets/closing.js";
import { monitor } from "../sockets/monitor.js";
import { matches, Subscriptions } from "./subscriptions.js";
import { greeting } from "../testing/greeting.js";

test.each([
  ["10001 ", ["10001 20 30"], true],
  ["10001 ", ["100010 20 30"], false],
  ["10001", ["100010 20 30"], true],
  ["", ["anything"], true],
  ["", [""], true],
  ["long", ["lo"], false],
  ["two", ["one", "two"], false],
  ["°", ["° and more"], true],
  ["a", [], false],
])("%j matches %j: %s", (subscription, frames, expected) => {
  expect(
    matches(
      Buffer.from(subscription),
      frames.map((frame) => Buffer.from(frame)),
    ),
  ).toBe(expected);
});

/** Subscribers in this process, whose subscriptions are there at once; `publisher` -> any number of SUB. */
async function publishing(transport = `inproc://${Math.random()}`) {
  const publisher = new XPublisher({ sendTimeout: 0 });
  await publisher.bind(transport);
  const endpoint = publisher.lastEndpoint ?? "";
  const subscriptions = new Subscriptions(publisher);
  const sockets: (Subscriber | XSubscriber)[] = [];
  const opened = <S extends Subscriber | XSubscriber>(socket: S): S => {
    socket.connect(endpoint);
    sockets.push(socket);
    return socket;
  };
  return {
    publisher,
    endpoint,
    subscriptions,
    subscriber: (...topics: (string | Buffer)[]) => {
      const socket = opened(new Subscriber());
      socket.subscribe(...topics);
      return socket;
    },
    xsubscriber: () => opened(new XSubscriber()),
    /** Whether a message with this beginning is wanted, by the subscriptions so far. */
    isWanted: async (beginning: string | Uint8Array) => {
      await subscriptions.update();
      return subscriptions.isWanted(beginning);
    },
    [Symbol.dispose]() {
      for (const socket of [publisher, ...sockets]) socket.close();
      subscriptions[Symbol.dispose]();
    },
  };
}

/** Waits for what libzmq does in its own threads. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 5000;
  while (!(await condition())) {
    expect(performance.now()).toBeLessThan(end);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("counts the topics that are subscribed to", async () => {
  using server = await publishing();
  expect(server.subscriptions.size).toBe(0);
  const subscriber = server.subscriber("10001", "2");
  await server.subscriptions.update();
  expect(server.subscriptions.size).toBe(2);
  subscriber.unsubscribe("2");
  await server.subscriptions.update();
  expect(server.subscriptions.size).toBe(1);
});

describe("what is wanted:", () => {
  test("nothing without subscribers", async () => {
    using line = await publishing();
    expect(await line.isWanted("10001")).toBe(false);
    expect(await line.isWanted("")).toBe(false);
  });

  test("what begins with a subscription, and what a subscription begins with", async () => {
    using line = await publishing();
    line.subscriber("10001 ");
    expect(await line.isWanted("10001 28 40")).toBe(true);
    expect(await line.isWanted("10001 ")).toBe(true);
    expect(await line.isWanted("10001")).toBe(true);
    expect(await line.isWanted("1")).toBe(true);
    expect(await line.isWanted("")).toBe(true);
    expect(await line.isWanted("10002")).toBe(false);
    expect(await line.isWanted("100010")).toBe(false);
    expect(await line.isWanted("2")).toBe(false);
    expect(await line.isWanted(" 10001")).toBe(false);
  });

  test("everything after an empty subscription", async () => {
    using line = await publishing();
    line.subscriber("");
    expect(await line.isWanted("10001")).toBe(true);
    expect(await line.isWanted("")).toBe(true);
  });

  test("nothing any more once it is given up", async () => {
    using line = await publishing();
    const subscriber = line.subscriber("100", "10001", "");
    expect(await line.isWanted("2")).toBe(true);
    subscriber.unsubscribe("");
    expect(await line.isWanted("2")).toBe(false);
    expect(await line.isWanted("10001")).toBe(true);
    subscriber.unsubscribe("100");
    expect(await line.isWanted("10001")).toBe(true);
    expect(await line.isWanted("10002")).toBe(false);
    subscriber.unsubscribe("10001");
    expect(await line.isWanted("10001")).toBe(false);
    expect(await line.isWanted("")).toBe(false);
    subscriber.subscribe("100");
    expect(await line.isWanted("10002")).toBe(true);
  });

  test("a topic as long as any of its subscribers has it", async () => {
    using line = await publishing();
    const [one, two] = [line.subscriber("10001"), line.subscriber("10001")];
    one.subscribe("10001");
    one.unsubscribe("10001");
    two.unsubscribe("10001");
    expect(await line.isWanted("10001")).toBe(true);
    one.unsubscribe("10001");
    expect(await line.isWanted("10001")).toBe(false);
  });

  test("a topic that another subscriber gave up without ever having had it", async () => {
    using line = await publishing();
    const [one, two] = [line.subscriber("10001", ""), line.subscriber("2")];
    for (const topic of ["10001", ""]) two.unsubscribe(topic);
    expect(await line.isWanted("10001")).toBe(true);
    expect(await line.isWanted("3")).toBe(true);
    for (const topic of ["10001", ""]) one.unsubscribe(topic);
    expect(await line.isWanted("10001")).toBe(false);
  });

  test.each(["tcp://127.0.0.1:*", undefined])(
    "not what a subscriber wanted who is gone (%s)",
    async (transport) => {
      using line = await publishing(transport);
      const subscriber = line.subscriber("10001", "20002");
      line.subscriber("20002");
      await until(() => line.isWanted("10001"));
      subscriber.close();
      await until(async () => !(await line.isWanted("10001")));
      expect(await line.isWanted("20002")).toBe(true);
    },
  );

  test("bytes as well as text", async () => {
    using line = await publishing();
    line.subscriber(Buffer.of(0, 0xff), Buffer.of(1), "°");
    expect(await line.isWanted(Buffer.of(0, 0xff, 7))).toBe(true);
    expect(await line.isWanted(Buffer.of(0))).toBe(true);
    expect(await line.isWanted(Buffer.of(0, 0xfe))).toBe(false);
    expect(await line.isWanted(Buffer.of(1, 1))).toBe(true);
    expect(await line.isWanted("°F")).toBe(true);
    expect(await line.isWanted("\u00ff")).toBe(false);
  });

  test("what differs from a long subscription only far behind", async () => {
    using line = await publishing();
    const topic = "x".repeat(100_000);
    const subscriber = line.subscriber(topic, `${topic}y`);
    expect(await line.isWanted("x".repeat(1000))).toBe(true);
    expect(await line.isWanted(`${"x".repeat(1000)}y`)).toBe(true);
    expect(await line.isWanted(`${"x".repeat(30)}y`)).toBe(false);
    subscriber.unsubscribe(topic);
    expect(await line.isWanted(topic)).toBe(true);
    subscriber.unsubscribe(`${topic}y`);
    expect(await line.isWanted(topic)).toBe(false);
  });
});

test("a message to the publisher that is no subscription changes nothing", async () => {
  using line = await publishing();
  const stranger = line.xsubscriber();
  for (const message of ["", "10001", Buffer.of(2, 0x31), ["\u0002", "\u000110001"]]) {
    await stranger.send(message);
  }
  await stranger.send("\u000120002");
  await until(() => line.isWanted("20002"));
  expect(await line.isWanted("10001")).toBe(false);
});

test("a topic given up by one who never had it changes nothing", async () => {
  using line = await publishing("tcp://127.0.0.1:*");
  line.subscriber("10001");
  const ready = Buffer.from("\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03SUB", "latin1");
  const message = (text: string) => Buffer.from(`\0${String.fromCharCode(text.length)}${text}`, "latin1");
  using stranger = Object.assign(connect(Number(line.endpoint.split(":").at(-1))), {
    [Symbol.dispose]: () => stranger.destroy(),
  });
  stranger.write(Buffer.concat([greeting("NULL"), ready]));
  let answer = "";
  stranger.on("data", (data: Buffer) => (answer += data.toString("latin1")));
  await until(async () => answer.includes("XPUB"));
  const strays = ["10001", "1", "100010", "", "2"].map((topic) => message(`\0${topic}`));
  stranger.write(Buffer.concat([...strays, message("\u000120002")]));
  await until(() => line.isWanted("20002"));
  expect(await line.isWanted("10001")).toBe(true);
  expect(await line.isWanted("10002")).toBe(false);
});

test("a flood of subscriptions does not hold the publisher up", async () => {
  using line = await publishing();
  line.subscriber(...Array.from({ length: 1000 }, (_, n) => `topic ${10_000 + n}`));
  await line.subscriptions.update();
  expect(line.subscriptions.isWanted("topic 10000")).toBe(true);
  expect(line.subscriptions.isWanted("topic 10999")).toBe(false);
  await until(() => line.isWanted("topic 10999"));
});

test("a socket that is closed has nothing more to tell", async () => {
  using line = await publishing();
  line.subscriber("10001");
  line.publisher.close();
  await expect(line.subscriptions.update()).resolves.toBeUndefined();
});

describe("subscribers get what they would get of a PUB socket", () => {
  const WHO = 3;
  const bytes = (maxLength: number) =>
    fc.array(fc.constantFrom(0x00, 0x01, 0x31, 0xff), { maxLength }).map((array) => Buffer.from(array));
  // Long ones differ only where they are not looked at any more
  const text = fc.oneof(
    bytes(4),
    bytes(2).map((tail) => Buffer.concat([Buffer.alloc(40, "x"), tail])),
  );
  const who = fc.nat({ max: WHO - 1 });
  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ does: fc.constant("subscribe" as const), who, topic: text }) },
      { weight: 2, arbitrary: fc.record({ does: fc.constant("unsubscribe" as const), who, topic: text }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant("close" as const), who }) },
      {
        weight: 5,
        arbitrary: fc.record({ does: fc.constant("publish" as const), message: text, look: fc.nat(50) }),
      },
    ),
    { minLength: 10, maxLength: 60 },
  );

  /**
   * Subscribers of a publisher in this process, and what each has got so far.
   *
   * A socket that was closed is waited for until libzmq has taken it down. A thread of its own does that, and tells the
   * publisher: until it has, the publisher may not hear what others have sent to it since. And it may fall behind on a
   * busy machine, but libzmq has room for 1,023 sockets.
   */
  async function audience(publisher: Publisher | XPublisher) {
    const endpoint = `inproc://${Math.random()}`;
    const isDown = new Set<Socket>();
    const watched = <S extends Socket>(socket: S): S => {
      monitor(socket).once("end", () => isDown.add(socket));
      return socket;
    };
    await watched(publisher).bind(endpoint);
    const open = () => {
      const socket = watched(new Subscriber({ receiveTimeout: 0 }));
      socket.connect(endpoint);
      return socket;
    };
    const takeDown = async (socket: Socket) => {
      socket.close();
      while (!isDown.has(socket)) {
        // The publisher hears of it when it is asked for anything
        if (!publisher.closed) expect(publisher.writable).toBe(true);
        await new Promise(setImmediate);
      }
    };
    const sockets = Array.from({ length: WHO }, open);
    const got: string[][] = sockets.map(() => []);
    const read = async (index: number) => {
      for (;;) {
        const message = await sockets[index]?.receive().catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "EAGAIN") throw error;
        });
        if (message === undefined) return;
        got[index]?.push(message.map((frame) => frame.toString("hex")).join());
      }
    };
    return {
      sockets,
      got,
      readAll: () => Promise.all(sockets.map((_, index) => read(index))),
      reopen: async (index: number) => {
        await read(index);
        const [socket] = sockets.splice(index, 1, open());
        if (socket !== undefined) await takeDown(socket);
      },
      async [Symbol.asyncDispose]() {
        for (const socket of [...sockets, publisher]) await takeDown(socket);
      },
    };
  }

  test("whatever they subscribe to and give up", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const pub = new Publisher({ sendTimeout: 0 });
        const xpub = new XPublisher({ sendTimeout: 0 });
        await using expected = await audience(pub);
        await using actual = await audience(xpub);
        using subscriptions = new Subscriptions(xpub);
        for (const step of sequence) {
          if (step.does === "publish") {
            // Has libzmq take in the subscriptions, as XPUB does in refresh
            expect(pub.writable).toBe(true);
            await pub.send([step.message, "more"]);
            await subscriptions.update();
            if (subscriptions.isWanted(step.message.subarray(0, step.look)))
              await xpub.send([step.message, "more"]);
          } else {
            for (const side of [expected, actual]) {
              if (step.does === "close") await side.reopen(step.who);
              else side.sockets[step.who]?.[step.does](step.topic);
            }
          }
        }
        await Promise.all([expected.readAll(), actual.readAll()]);
        expect(actual.got).toEqual(expected.got);
      }),
      { numRuns: Number(process.env["RUNS"]), seed: Number(process.env["SEED"]) },
    );
  });
});
