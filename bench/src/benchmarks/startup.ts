import { freeEndpoint, residentMemory, type RunningProcess } from "process-kit";
import { Pull, Push, Reply, Request, Subscriber, XPublisher } from "zeromq";
import { type Benchmark, type Case, casesOver, type Implementation } from "../benchmark.js";
import { type AnyCommand, onNode, role } from "../commands.js";
import { run } from "../processes.js";

/** A process at its first message: the time since its start, and its memory. */
interface Startup {
  milliseconds: number;
  megabytes: number;
}

export function startup(): Benchmark[] {
  return [
    benchmark("startup", "From start to first message", "ms", ({ milliseconds }) => milliseconds),
    benchmark("startup-memory", "Memory at the first message", "MB", ({ megabytes }) => megabytes),
  ];
}

function benchmark(id: string, title: string, unit: string, value: (startup: Startup) => number): Benchmark {
  const roles = Object.keys(STARTS) as (keyof typeof STARTS)[];
  // What everything on Node.js takes at least
  const floor = (variant: string, program: string): Case => ({
    variant,
    x: "none",
    needs: [],
    measure: async () => value(await start(onNode(program), (node) => node.line(/^up$/))),
  });
  const cases = casesOver(roles, ["C", "pyzmq", "zeromq.js", "ours"], [], async (by, x) =>
    value(await STARTS[x](by, await freeEndpoint(), await freeEndpoint())),
  );
  const floors = [floor("Node.js", "idle"), floor("Node.js with zeromq", "loaded")];
  return { id, title, unit, x: "role", cases: [...floors, ...cases] };
}

/** For sockets that are there before the role: they try again at once. */
const EAGER = { reconnectInterval: 1, reconnectMaxInterval: 1, linger: 0 } as const;

/** How each role starts, its peers being there already. */
const STARTS = {
  async "hello-server"(by, endpoint) {
    using client = new Request(EAGER);
    client.connect(endpoint);
    await client.send("Hello");
    return await start(role(by, "hello-server", { bind: endpoint, work: 0 }), () => client.receive());
  },
  async "hello-client"(by, endpoint) {
    using server = new Reply({ linger: 0 });
    await server.bind(endpoint);
    return await start(role(by, "hello-client", { connect: endpoint, requests: 1 }), () => server.receive());
  },
  async wuserver(by, endpoint) {
    using client = new Subscriber(EAGER);
    client.connect(endpoint);
    client.subscribe("");
    return await start(role(by, "wuserver", { bind: endpoint, rate: 1000 }), () => client.receive());
  },
  async wuclient(by, endpoint) {
    using server = new XPublisher({ linger: 0 });
    await server.bind(endpoint);
    return await start(role(by, "wuclient", { connect: endpoint, filters: [""], updates: 1 }), () =>
      server.receive(),
    );
  },
  async taskvent(by, endpoint, other) {
    using worker = new Pull(EAGER);
    using sink = new Pull();
    await sink.bind(other);
    worker.connect(endpoint);
    // More tasks than fit the queues: it is still there when its memory is looked at
    const options = { bind: endpoint, sink: other, tasks: 1_000_000, workers: 1 };
    return await start(role(by, "taskvent", options), (ventilator) => {
      // Those in C and Python wait for Enter
      ventilator.write("\n");
      return worker.receive();
    });
  },
  async taskwork(by, endpoint, other) {
    using ventilator = new Push({ linger: 0 });
    using sink = new Pull();
    await sink.bind(other);
    await ventilator.bind(endpoint);
    return await start(role(by, "taskwork", { vent: endpoint, sink: other }), async () => {
      await ventilator.send("0");
      await sink.receive();
    });
  },
  async tasksink(by, endpoint) {
    using worker = new Push(EAGER);
    worker.connect(endpoint);
    // It sends nothing: its first message is what it prints of the first result
    return await start(role(by, "tasksink", { bind: endpoint, tasks: 2 }), async (sink) => {
      await worker.send("0");
      await worker.send("");
      await sink.until(/:/);
    });
  },
} satisfies Record<string, (by: Implementation, endpoint: string, other: string) => Promise<Startup>>;

/**
 * Starts a process, and ends it at its first message.
 *
 * @param first Waits for the first message.
 */
export async function start(
  command: AnyCommand,
  first: (program: RunningProcess) => Promise<unknown>,
): Promise<Startup> {
  await using program = await run(command, { output: "read" });
  // It ends first, or does not within the deadline, only if something is wrong
  const ended = program.exited().then(() => {
    throw new Error(`Expected a first message\n${program.report()}`);
  });
  await Promise.race([first(program), ended]);
  return { milliseconds: program.seconds * 1000, megabytes: residentMemory(program.pid ?? NaN) };
}
