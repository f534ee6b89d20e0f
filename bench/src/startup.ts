/** How long each role takes from its start to its first message, and the memory it has then. */
import { Pull, Push, Reply, Request, Subscriber, XPublisher, type Socket } from "zeromq";
import { memory } from "./memory.js";
import { freeEndpoint, Program, inTime } from "./processes.js";
import { type Language, programs } from "./programs.js";
import { type Summary, summarize } from "./statistics.js";

export interface Startup {
  role: string;
  language: Language | "Node.js";
  /** From the start of the process to its first message. */
  milliseconds: { values: number[]; summary: Summary };
  /** Resident memory at that moment. */
  megabytes: { values: number[]; summary: Summary };
}

/** Sockets of ours, which try again at once when the role is not there yet. */
const EAGER = { reconnectInterval: 1, reconnectMaxInterval: 1, linger: 0 } as const;

interface Partner {
  sockets: Socket[];
  /** Resolves with the role's first message, or with the first that it prints where it sends none. */
  first: (program: Program) => Promise<unknown>;
}

interface Plan {
  role: string;
  /** Languages that it is not there in. */
  lacks?: readonly Language[];
  command: (language: Language, endpoint: string, other: string) => string[];
  /** Sets up the role's partners, and returns what resolves with its first message. */
  partner: (endpoint: string, other: string) => Promise<Partner>;
}

/** So long that the ventilator is still there when its memory is looked at. */
const LONG_BATCH = Array.from({ length: 1_000_000 }, () => 0);

const PLANS: Plan[] = [
  {
    role: "hello-server",
    command: (language, endpoint) => programs.helloServer(language, endpoint),
    async partner(endpoint) {
      const requester = new Request(EAGER);
      requester.connect(endpoint);
      await requester.send("Hello");
      return { sockets: [requester], first: () => requester.receive() };
    },
  },
  {
    role: "hello-client",
    command: (language, endpoint) => programs.helloClient(language, endpoint, 1),
    async partner(endpoint) {
      const responder = new Reply({ linger: 0 });
      await responder.bind(endpoint);
      return { sockets: [responder], first: () => responder.receive() };
    },
  },
  {
    role: "wuserver",
    command: (language, endpoint) => programs.wuserver(language, endpoint, 1000),
    partner(endpoint) {
      const subscriber = new Subscriber(EAGER);
      subscriber.connect(endpoint);
      subscriber.subscribe("");
      return Promise.resolve({ sockets: [subscriber], first: () => subscriber.receive() });
    },
  },
  {
    role: "wuclient",
    command: (language, endpoint) => programs.wuclient(language, endpoint, "", 1),
    async partner(endpoint) {
      const publisher = new XPublisher({ linger: 0 });
      await publisher.bind(endpoint);
      return { sockets: [publisher], first: () => publisher.receive() };
    },
  },
  {
    role: "taskwork",
    command: (language, endpoint, other) => programs.taskwork(language, endpoint, other),
    async partner(endpoint, other) {
      const [ventilator, sink] = [new Push({ linger: 0 }), new Pull()];
      await sink.bind(other);
      await ventilator.bind(endpoint);
      const first = async () => {
        await ventilator.send("0");
        return sink.receive();
      };
      return { sockets: [ventilator, sink], first };
    },
  },
  {
    role: "taskvent",
    // Theirs start when somebody presses Enter
    lacks: ["pyzmq", "zeromq.js"],
    command: (language, endpoint, other) =>
      language === "ours"
        ? programs.taskvent(endpoint, other, 1, LONG_BATCH.length, 1)
        : programs.taskventList(endpoint, other, 1, LONG_BATCH),
    async partner(endpoint, other) {
      const [worker, sink] = [new Pull(EAGER), new Pull()];
      await sink.bind(other);
      worker.connect(endpoint);
      return { sockets: [worker, sink], first: () => worker.receive() };
    },
  },
  {
    role: "tasksink",
    command: (language, endpoint) => programs.tasksink(language, endpoint, 2),
    async partner(endpoint) {
      const worker = new Push(EAGER);
      worker.connect(endpoint);
      const first = async (program: Program) => {
        await worker.send("0");
        await worker.send("");
        await program.printed(/:/);
      };
      return { sockets: [worker], first };
    },
  },
];

/** The floor under all that runs on Node.js. */
const FLOORS = [
  { role: "nothing", name: "idle" },
  { role: "nothing, zeromq loaded", name: "loaded" },
] as const;

interface Start {
  role: string;
  language: Language | "Node.js";
  run: () => Promise<{ milliseconds: number; megabytes: number }>;
  milliseconds: number[];
  megabytes: number[];
}

function starts(available: (language: Language) => boolean): Start[] {
  const roles = PLANS.flatMap((plan) =>
    (["C", "pyzmq", "zeromq.js", "ours"] as const)
      .filter((language) => available(language) && plan.lacks?.includes(language) !== true)
      .map((language) => ({
        role: plan.role,
        language,
        run: () => start(plan, language),
        milliseconds: [],
        megabytes: [],
      })),
  );
  const floors = FLOORS.map(({ role, name }) => ({
    role,
    language: "Node.js" as const,
    run: () => floor(programs.bare(name)),
    milliseconds: [],
    megabytes: [],
  }));
  return [...floors, ...roles];
}

/** Starts everything in turn, round after round. */
export async function startups(
  rounds: number,
  available: (language: Language) => boolean,
  told: (role: string, language: Startup["language"], milliseconds: number, megabytes: number) => void,
): Promise<Startup[]> {
  const results = starts(available);
  for (let round = 0; round < rounds; round++) {
    for (const { role, language, run, milliseconds, megabytes } of results) {
      const measured = await run();
      milliseconds.push(measured.milliseconds);
      megabytes.push(measured.megabytes);
      told(role, language, measured.milliseconds, measured.megabytes);
    }
  }
  const summarized = (values: number[]) => ({ values, summary: summarize(values) });
  return results.map(({ role, language, milliseconds, megabytes }) => ({
    role,
    language,
    milliseconds: summarized(milliseconds),
    megabytes: summarized(megabytes),
  }));
}

async function start({ role, command, partner }: Plan, language: Language) {
  const [endpoint, other] = [await freeEndpoint(), await freeEndpoint()];
  const line = command(language, endpoint, other);
  const { sockets, first } = await partner(endpoint, other);
  try {
    const since = performance.now();
    await using program = new Program(line);
    await inTime(first(program), () => `the first message of ${role}\n${program.stderr}`);
    return { milliseconds: performance.now() - since, megabytes: memory(program.pid) };
  } finally {
    for (const socket of sockets) socket.close();
  }
}

async function floor(command: readonly string[]) {
  const since = performance.now();
  await using program = new Program(command);
  await program.printed(/up/);
  return { milliseconds: performance.now() - since, megabytes: memory(program.pid) };
}
