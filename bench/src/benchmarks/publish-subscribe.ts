import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { freeEndpoint, residentMemory } from "process-kit";
import { Subscriber } from "zeromq";
import { monitor } from "zmq-common";
import { type Benchmark, casesOf, casesOver, type Implementation } from "../benchmark.js";
import {
  type AnyCommand,
  counter,
  countingPublisher,
  role,
  sender,
  type Server,
  withEventLoopDelay,
} from "../commands.js";
import { alongside, counted, DEADLINE, expectOutput, run } from "../processes.js";
import { powers, type Scale } from "./scale.js";

/** All updates for one zip code, as the chapter's client asks for them. */
const ZIPCODE = "10001 ";

export const UPDATE_LENGTH = "10001 28 40".length;

export function publishSubscribe({ updates, messages, counting, maxPeers }: Scale): Benchmark[] {
  return [
    {
      id: "weather",
      title: `${updates} weather updates for one zip code`,
      unit: "s",
      cases: [
        ...casesOf(["C", "pyzmq", "zeromq.js"], [], (by) => weather(by, by, updates)),
        { variant: "our server, C client", needs: ["C"], measure: () => weather("ours", "C", updates) },
        ...casesOf(["ours"], [], (by) => weather(by, by, updates)),
      ],
    },
    {
      id: "publish",
      title: "Updates that one subscriber in C receives",
      unit: "messages/s",
      cases: casesOf(["C", "pyzmq", "zeromq.js", "ours"], ["C"], (by) => delivered(by, 1, counting)),
    },
    {
      id: "send",
      title: "Updates sent to one subscriber in C",
      unit: "messages/s",
      // Not all that is sent arrives: a publisher drops what does not fit its queue. Here it counts what it sends
      cases: casesOf(["C", "zeromq.js", "ours"], ["C"], async (by) => {
        const endpoint = await freeEndpoint();
        await using _ = await run(counter("SUB", 1, endpoint, 60 * counting));
        return await counted(countingPublisher(by, endpoint, counting));
      }),
    },
    {
      id: "receive",
      title: "Updates received from a publisher in C",
      unit: "messages/s",
      cases: casesOf(["C", "pyzmq", "zeromq.js", "ours"], ["C"], (by) =>
        alongside(
          // Not wuserver, which would be slower than some of its subscribers, and drops what the others do not take
          sender("C", "PUB", UPDATE_LENGTH),
          (endpoint) => received(by, endpoint, messages),
        ),
      ),
    },
    {
      id: "subscribing",
      title: "From subscription to update, at full speed",
      unit: "ms",
      cases: casesOf(["C", "ours"], [], (by) => alongside(wuserver(by), subscribe)),
    },
    {
      id: "stopping",
      title: "From SIGTERM to exit, publishing at full speed",
      unit: "ms",
      cases: casesOf(["C", "ours"], ["C"], (by) =>
        alongside(wuserver(by), async (endpoint, server) => {
          await using _ = await receiving(endpoint, 1);
          await setTimeout(counting / 4);
          return await server.end("SIGTERM");
        }),
      ),
    },
    {
      id: "event-loop-delay-publishing",
      title: "Maximum event-loop delay, publishing at full speed",
      unit: "ms",
      cases: casesOf(["zeromq.js", "ours"], ["C"], async (by) => {
        const endpoint = await freeEndpoint();
        await using _ = await run(counter("SUB", 1, endpoint, 60 * counting));
        return await eventLoopDelay(wuserver(by)(endpoint), counting);
      }),
    },
    {
      id: "event-loop-delay-receiving",
      title: "Maximum event-loop delay, receiving at full speed",
      unit: "ms",
      cases: casesOf(["zeromq.js", "ours"], ["C"], (by) =>
        alongside(sender("C", "PUB", UPDATE_LENGTH), (endpoint) =>
          eventLoopDelay(wuclient(by, endpoint, "", 1000 * messages), counting),
        ),
      ),
    },
    {
      id: "subscribers",
      title: "Updates delivered to all subscribers",
      unit: "messages/s",
      x: "subscribers",
      cases: casesOver(powers(1, 2, maxPeers), ["C", "ours"], ["C"], (by, x) =>
        delivered(by, x, counting / 2),
      ),
    },
    {
      id: "memory",
      title: "Memory of a publisher with subscribers",
      unit: "MB",
      x: "subscribers",
      cases: casesOver(powers(1, 2, maxPeers), ["C", "ours"], ["C"], memory),
    },
  ];
}

/** How long a client runs that gets its updates from a server at full speed, in seconds. */
function weather(server: Implementation, client: Implementation, updates: number): Promise<number> {
  return alongside(wuserver(server), (endpoint) => clientSeconds(client, endpoint, ZIPCODE, updates));
}

/** @param rate Updates per second; 0: as many as it can. */
function wuserver(by: Implementation, rate = 0): Server {
  return (bind) => role(by, "wuserver", { bind, rate });
}

function wuclient(by: Implementation, connect: string, filter: string, updates: number): AnyCommand {
  return role(by, "wuclient", { connect, filters: [filter], updates });
}

/** How many updates a client receives per second from a publisher at full speed. */
async function received(by: Implementation, endpoint: string, messages: number): Promise<number> {
  const seconds = await clientSeconds(by, endpoint, "", messages);
  // Without the time it takes to start and to connect
  return (messages - 1) / (seconds - (await clientSeconds(by, endpoint, "", 1)));
}

/** How long a client runs, in seconds. */
async function clientSeconds(by: Implementation, endpoint: string, filter: string, updates: number) {
  const client = await run(wuclient(by, endpoint, filter, updates), { output: "file" });
  await expectOutput(client, new RegExp(`^Average temperature for zipcode '${filter}' was -?\\d+F$`, "m"));
  return client.seconds;
}

/** What a publisher delivers to subscribers in C who want everything, in messages per second. */
function delivered(by: Implementation, subscribers: number, milliseconds: number): Promise<number> {
  return alongside(wuserver(by), (endpoint) => counted(counter("SUB", subscribers, endpoint, milliseconds)));
}

/** Starts subscribers in C who want everything, and waits until each of them has received something. */
async function receiving(endpoint: string, subscribers: number) {
  const counting = await run(counter("SUB", subscribers, endpoint, 600_000), { output: "read" });
  await counting.line(/^counting$/);
  return counting;
}

/** How soon does a publisher learn of a new subscription? In milliseconds. */
async function subscribe(endpoint: string): Promise<number> {
  using subscriber = new Subscriber({ linger: 0, receiveTimeout: DEADLINE });
  const connected = once(monitor(subscriber), "handshake");
  subscriber.connect(endpoint);
  await connected;
  const since = performance.now();
  // A tenth of the zip codes: the next update is a matter of microseconds
  subscriber.subscribe("1");
  await subscriber.receive();
  return performance.now() - since;
}

/** For how long do signals, timers and other sockets wait at most? In milliseconds; C has no event loop. */
async function eventLoopDelay(command: AnyCommand, milliseconds: number): Promise<number> {
  await using measured = await run(withEventLoopDelay(await command), {
    env: { EVENT_LOOP_DELAY: String(milliseconds) },
    output: "read",
  });
  const [, delay] = await measured.line(/^event-loop delay (\S+)$/);
  return Number(delay);
}

/** The memory of a publisher, in MB. It publishes so slowly that no messages wait: the rest is for the connections. */
function memory(by: Implementation, subscribers: number): Promise<number> {
  return alongside(wuserver(by, 100), async (endpoint, server) => {
    await using _ = await receiving(endpoint, subscribers);
    return residentMemory(server.pid ?? NaN);
  });
}
