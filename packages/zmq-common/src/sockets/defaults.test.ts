import { test } from "@jest/globals";
import { Subscriber, XPublisher, XSubscriber } from "zeromq";
import { connectEndpoints } from "./connecting.js";
import { rebind } from "../testing/rebind.js";

/** libzmq sends 1,000 and drops the rest. */
const MANY = 20_000;

const topics = Array.from({ length: MANY }, (_, n) => `topic ${n}`);

/** Waits until a publisher has all the subscriptions. */
async function receiveAll(publisher: XPublisher): Promise<void> {
  const missing = new Set(topics);
  while (missing.size > 0) {
    const [message] = await publisher.receive();
    missing.delete(String(message?.subarray(1)));
  }
}

test.each([
  [
    "SUB",
    () => {
      const socket = new Subscriber();
      return { socket, subscribe: async () => socket.subscribe(...topics) };
    },
  ],
  [
    "XSUB",
    () => {
      const socket = new XSubscriber();
      const subscribe = async () => {
        for (const topic of topics) await socket.send(`\u0001${topic}`);
      };
      return { socket, subscribe };
    },
  ],
])(
  `all subscriptions of a %s socket arrive, ${MANY} of them, and again at the next publisher`,
  async (_, make) => {
    const first = new XPublisher({ receiveTimeout: 8000 });
    await first.bind("tcp://127.0.0.1:*");
    const endpoint = first.lastEndpoint ?? "";
    const { socket, subscribe } = make();
    using _subscriber = socket;
    connectEndpoints(socket, [endpoint]);
    // Who waits for a message also hears that the connection is another one, and subscribes again
    socket.receive().catch(() => {});
    await subscribe();
    await receiveAll(first);
    first.close();
    using second = new XPublisher({ receiveTimeout: 8000 });
    await rebind(second, endpoint);
    await receiveAll(second);
  },
);
