/** What is measured: the works of the chapter, each done by the C programs, by others, and by our roles. */
import { once } from "node:events";
import { Subscriber } from "zeromq";
import { monitor, seededRandom, within } from "zmq-common";
import { beside, freeEndpoint, inTime, type Output, pause, Program } from "./processes.js";
import { type Language, programs } from "./programs.js";
import type { Variant, Work } from "./work.js";

/** How much of everything there is to do. */
export interface Size {
  updates: number;
  /** How long to count messages, in milliseconds. */
  counting: number;
  messages: number;
  requests: number;
  tasks: number;
  zeroTasks: number;
  /** Whether every line is read that clients and workers print; it takes time from what is measured. */
  thorough: boolean;
}

export const FULL: Size = {
  updates: 100,
  counting: 2000,
  messages: 1_000_000,
  requests: 20_000,
  tasks: 100,
  zeroTasks: 100_000,
  thorough: false,
};

/** To see that everything works; the figures mean nothing. */
export const QUICK: Size = {
  updates: 1,
  counting: 200,
  messages: 200_000,
  requests: 1000,
  tasks: 10,
  zeroTasks: 5000,
  thorough: true,
};

/** All updates for one zip code, as the chapter's client asks for them. */
const ZIPCODE = "10001 ";

const UPDATE_LENGTH = "10001 28 40".length;

export function works(size: Size): Work[] {
  return [
    weather(size),
    publish(size),
    send(size),
    receive(size),
    roundTrip(size, "all"),
    roundTrip(size, "one"),
    ...[1, 2, 4].map((workers) => batch(size, workers)),
    emptyTasks(size),
    subscribing(),
    stopping(size),
    heldUp(size, "publishing"),
    heldUp(size, "receiving"),
  ];
}

function weather({ updates }: Size): Work {
  const pair = (name: string, from: Language, to: Language): Variant => ({
    name,
    needs: [from, to],
    measure: () =>
      beside(
        (endpoint) => programs.wuserver(from, endpoint),
        (endpoint) => weatherClient(to, endpoint, ZIPCODE, updates),
      ),
  });
  return {
    id: "weather",
    title: `The weather client gets ${updates} updates for its zip code`,
    unit: "s",
    better: "less",
    variants: [
      pair("C", "C", "C"),
      pair("pyzmq", "pyzmq", "pyzmq"),
      pair("zeromq.js", "zeromq.js", "zeromq.js"),
      pair("our server, C client", "ours", "C"),
      pair("ours", "ours", "ours"),
    ],
  };
}

/** Runs one to its end. Returns how long that took, in seconds. */
async function weatherClient(language: Language, endpoint: string, filter: string, updates: number) {
  const client = new Program(programs.wuclient(language, endpoint, filter, updates), "kept");
  const seconds = await client.done();
  client.expect(new RegExp(`^Average temperature for zipcode '${filter}' was -?\\d+F$`, "m"));
  return seconds;
}

function publish({ counting }: Size): Work {
  const publisher = (language: Language): Variant => ({
    name: language,
    needs: ["C", language],
    measure: () => delivered(language, 1, counting),
  });
  return {
    id: "publish",
    title: "What one subscriber in C receives of a publisher, wanting everything",
    unit: "messages/s",
    better: "more",
    variants: (["C", "pyzmq", "zeromq.js", "ours"] as const).map(publisher),
  };
}

/** What a publisher delivers to so many subscribers in C who want everything, in messages a second. */
export function delivered(language: Language, subscribers: number, milliseconds: number): Promise<number> {
  return beside(
    (endpoint) => programs.wuserver(language, endpoint),
    (endpoint) => counted(programs.counter("SUB", subscribers, endpoint, milliseconds)),
  );
}

/** What a program counts, in messages a second. */
export async function counted(command: readonly string[]): Promise<number> {
  const program = new Program(command);
  await program.done();
  const [, count, milliseconds] = /^(\d+) (\d+)$/m.exec(program.stdout) ?? [];
  return Number(count) / (Number(milliseconds) / 1000);
}

/** What arrives is not all that was sent: a publisher drops what has no room. Here it counts what it sends. */
function send({ counting }: Size): Work {
  const publisher = (language: "C" | "zeromq.js" | "ours"): Variant => ({
    name: language,
    needs: ["C", language],
    async measure() {
      const endpoint = await freeEndpoint();
      await using _ = new Program(programs.counter("SUB", 1, endpoint, 60 * counting), "dropped");
      return await counted(programs.sent(language, endpoint, counting));
    },
  });
  return {
    id: "send",
    title: "What a publisher sends to one subscriber in C that wants everything",
    unit: "messages/s",
    better: "more",
    variants: (["C", "zeromq.js", "ours"] as const).map(publisher),
  };
}

function receive({ messages }: Size): Work {
  const subscriber = (language: Language): Variant => ({
    name: language,
    needs: ["C", language],
    measure: () =>
      beside(
        // Not wuserver, which would be slower than some of its subscribers, and drops what the others do not take
        (endpoint) => programs.sender("C", "PUB", endpoint, UPDATE_LENGTH),
        async (endpoint) => {
          const run = (count: number) => weatherClient(language, endpoint, "", count);
          // Without the time it takes to start and to connect
          return (messages - 1) / ((await run(messages)) - (await run(1)));
        },
      ),
  });
  return {
    id: "receive",
    title: "A subscriber receives everything from a flood in C",
    unit: "messages/s",
    better: "more",
    variants: (["C", "pyzmq", "zeromq.js", "ours"] as const).map(subscriber),
  };
}

/**
 * On two processors a round trip is mostly the time it takes to wake the other one up, and that is anything from
 * 20 to 150 µs on a virtual machine. On one, it is what the programs themselves do.
 */
function roundTrip({ requests, thorough }: Size, processors: "one" | "all"): Work {
  const on = (command: readonly string[]) =>
    processors === "one" ? ["taskset", "--cpu-list", "0", ...command] : command;
  const pair = (language: Language): Variant => ({
    name: language,
    needs: [language],
    measure: () =>
      beside(
        (endpoint) => on(programs.helloServer(language, endpoint)),
        async (endpoint) => {
          const run = async (count: number) => {
            const command = on(programs.helloClient(language, endpoint, count));
            const client = new Program(command, thorough ? "kept" : "dropped");
            const seconds = await client.done();
            if (thorough) client.expect(conversation(count));
            return seconds;
          };
          return (((await run(requests)) - (await run(1))) / (requests - 1)) * 1e6;
        },
      ),
  });
  return {
    id: processors === "one" ? "round-trip-1" : "round-trip",
    title: `Request and reply${processors === "one" ? ", both on one processor" : ""}`,
    unit: "µs",
    better: "less",
    variants: (["C", "pyzmq", "zeromq.js", "ours"] as const).map(pair),
  };
}

/** All that a client prints. */
function conversation(requests: number): string {
  const lines = Array.from({ length: requests }, (_, n) => `Sending Hello ${n}...\nReceived World ${n}\n`);
  return `Connecting to hello world server...\n${lines.join("")}`;
}

/** Makes the same batch as taskvent does of it. */
const SEED = 1;

function batch({ tasks, thorough }: Size, workers: number): Work {
  const random = seededRandom(SEED);
  const workloads = Array.from({ length: tasks }, () => within(100, random) + 1);
  const evenly = workloads.reduce((total, workload) => total + workload, 0) / workers;
  const variant = (language: Language): Variant => ({
    name: language,
    needs: ["C", language],
    measure: async () => (await pipeline({ language, workers, workloads, seed: SEED, thorough })) / evenly,
  });
  return {
    id: `batch-${workers}`,
    title: `A batch of ${tasks} tasks, ${workers} ${workers === 1 ? "worker" : "workers"}`,
    unit: "of the cost divided evenly",
    better: "less",
    variants: (["C", "ours"] as const).map(variant),
  };
}

function emptyTasks({ zeroTasks, thorough }: Size): Work {
  const workloads = Array.from({ length: zeroTasks }, () => 0);
  const variant = (name: string, language: Language, sink: Language): Variant => ({
    name,
    needs: ["C", language, sink],
    measure: async () =>
      (zeroTasks / (await pipeline({ language, sink, workers: 4, workloads, thorough }))) * 1000,
  });
  return {
    id: "empty-tasks",
    title: `${zeroTasks.toLocaleString("en")} tasks of 0 ms from a ventilator in C, 4 workers`,
    unit: "tasks/s",
    better: "more",
    variants: [
      variant("C", "C", "C"),
      variant("pyzmq", "pyzmq", "pyzmq"),
      variant("zeromq.js", "zeromq.js", "zeromq.js"),
      variant("our workers, sink in C", "ours", "C"),
      variant("workers in C, our sink", "C", "ours"),
      variant("ours", "ours", "ours"),
    ],
  };
}

/** At full speed, how soon does a publisher hear of a new subscription? */
function subscribing(): Work {
  const publisher = (language: Language): Variant => ({
    name: language,
    needs: [language],
    measure: () =>
      beside(
        (endpoint) => programs.wuserver(language, endpoint),
        async (endpoint) => {
          using subscriber = new Subscriber({ linger: 0 });
          const connected = once(monitor(subscriber), "handshake");
          subscriber.connect(endpoint);
          await connected;
          const since = performance.now();
          // A tenth of the zip codes: the next update is a matter of microseconds
          subscriber.subscribe("1");
          await inTime(subscriber.receive(), () => `the first update from ${language}`);
          return performance.now() - since;
        },
      ),
  });
  return {
    id: "subscribing",
    title: "From a subscription to its first update, at full speed",
    unit: "ms",
    better: "less",
    variants: (["C", "ours"] as const).map(publisher),
  };
}

/** At full speed, with all of it wanted, how soon does a publisher end at a signal? */
function stopping({ counting }: Size): Work {
  const publisher = (language: Language): Variant => ({
    name: language,
    needs: ["C", language],
    measure: () =>
      beside(
        (endpoint) => programs.wuserver(language, endpoint),
        async (endpoint, server) => {
          await using counter = new Program(programs.counter("SUB", 1, endpoint, 60 * counting));
          await counter.printed(/counting/);
          await pause(counting / 4);
          return await server.end("SIGTERM");
        },
      ),
  });
  return {
    id: "stopping",
    title: "From SIGTERM to the end of a publisher, at full speed",
    unit: "ms",
    better: "less",
    variants: (["C", "ours"] as const).map(publisher),
  };
}

/** At full speed, for how long do signals, timers and other sockets wait at most? C has no event loop. */
function heldUp({ counting, messages }: Size, does: "publishing" | "receiving"): Work {
  const program = (language: "zeromq.js" | "ours"): Variant => ({
    name: language,
    needs: ["C", language],
    async measure() {
      const endpoint = await freeEndpoint();
      const [peer, command] =
        does === "publishing"
          ? [programs.counter("SUB", 1, endpoint, 60 * counting), programs.wuserver(language, endpoint)]
          : [
              programs.sender("C", "PUB", endpoint, UPDATE_LENGTH),
              programs.wuclient(language, endpoint, "", 1000 * messages),
            ];
      await using _ = new Program(peer, "dropped");
      await using measured = new Program(programs.heldUp(command, counting));
      const [, milliseconds] = await measured.printed(/^held up (\S+)$/m);
      return Number(milliseconds);
    },
  });
  return {
    id: `held-up-${does}`,
    title: `For how long the event loop is held up at most, ${does} at full speed`,
    unit: "ms",
    better: "less",
    variants: (["zeromq.js", "ours"] as const).map(program),
  };
}

interface Pipeline {
  /** Of the workers, and of all the rest unless it says otherwise. */
  language: Language;
  workers: number;
  workloads: readonly number[];
  /** Makes our own ventilator draw the batch; without, one in C reads it from a file. */
  seed?: number;
  sink?: Language;
  thorough: boolean;
}

/** Runs a batch. Returns how long it took, by the sink's clock, in milliseconds. */
async function pipeline({ language, workers, workloads, seed, sink = language, thorough }: Pipeline) {
  const [ventEndpoint, sinkEndpoint] = [await freeEndpoint(), await freeEndpoint()];
  const started: Program[] = [];
  const start = (command: readonly string[], output: Output) => {
    const program = new Program(command, output);
    started.push(program);
    return program;
  };
  try {
    const tasks = workloads.length;
    const collector = start(programs.tasksink(sink, sinkEndpoint, tasks), "kept");
    const crew = Array.from({ length: workers }, () =>
      start(programs.taskwork(language, ventEndpoint, sinkEndpoint), thorough ? "kept" : "dropped"),
    );
    const ventilator =
      language === "ours" && seed !== undefined
        ? programs.taskvent(ventEndpoint, sinkEndpoint, workers, tasks, seed)
        : programs.taskventList(ventEndpoint, sinkEndpoint, workers, workloads);
    start(ventilator, "dropped");

    await collector.done();
    collector.expect(new RegExp(`^(?:[:.]\\s*){${tasks}}Total elapsed time: \\d+ msec\\n$`));
    if (thorough) {
      for (const worker of crew) await worker.end("SIGTERM");
      expectOnce(
        workloads,
        crew.flatMap(({ stdout }) => stdout.match(/\d+(?=\.)/g) ?? []),
      );
    }
    // By its clock, the shortest time is 0 ms
    return Math.max(1, Number(/(\d+) msec/.exec(collector.stdout)?.[1]));
  } finally {
    await Promise.all(started.map((program) => program.end()));
  }
}

/** @throws When what was done is not each of the tasks once. */
function expectOnce(workloads: readonly number[], done: readonly string[]): void {
  const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b).join(" ");
  if (sorted(workloads) !== sorted(done.map(Number))) {
    throw new Error(`Expected each of ${workloads.length} tasks to be done once, ${done.length} were done`);
  }
}
