/** How long each role takes from its start to its first message, and the memory it has then. */
import { Pull, Push, Reply, Request, Subscriber, XPublisher, type Socket } from "zeromq";
import { memory } from "./memory.js";
import { freeEndpoint, Program, inTime } from "./processes.js";
import { type Language, programs } from "./programs.js";
import { summarize } from "./statistics.js";

export interface Startup {
  role: string;
  language: Language;
  /** From the start of the process to its first message, in milliseconds. */
  milliseconds: number;
  /** Resident memory at that moment, in MB. */
  megabytes: number;
}

/** Sockets of ours, which try again at once when the role is not there yet. */
const EAGER = { reconnectInterval: 1, reconnectMaxInterval: 1, linger: 0 } as const;

interface Partner {
  sockets: Socket[];
  first: () => Promise<unknown>;
}

interface Plan {
  role: string;
  command: (language: Language, endpoint: string, other: string) => string[];
  /** Sets up the role's partners, and returns what resolves with its first message. */
  partner: (endpoint: string, other: string) => Promise<Partner>;
}

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
];

export async function startups(rounds: number, told: (startup: Startup) => void): Promise<Startup[]> {
  const results: Startup[] = [];
  for (const plan of PLANS) {
    for (const language of ["C", "ours"] as const) {
      const runs: { milliseconds: number; megabytes: number }[] = [];
      for (let round = 0; round < rounds; round++) runs.push(await start(plan, language));
      const middle = (key: "milliseconds" | "megabytes") => summarize(runs.map((run) => run[key])).median;
      const startup = {
        role: plan.role,
        language,
        milliseconds: middle("milliseconds"),
        megabytes: middle("megabytes"),
      };
      results.push(startup);
      told(startup);
    }
  }
  return results;
}

async function start({ role, command, partner }: Plan, language: Language) {
  const [endpoint, other] = [await freeEndpoint(), await freeEndpoint()];
  const line = command(language, endpoint, other);
  const { sockets, first } = await partner(endpoint, other);
  try {
    const since = performance.now();
    await using program = new Program(line, false);
    await inTime(first(), () => `the first message of ${role}\n${program.stderr}`);
    return { milliseconds: performance.now() - since, megabytes: memory(program.pid) };
  } finally {
    for (const socket of sockets) socket.close();
  }
}
