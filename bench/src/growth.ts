/** How cost grows: with the number of peers, and with the size of a message. */
import { Pull } from "zeromq";
import { memory } from "./memory.js";
import { beside, Program } from "./processes.js";
import { type Language, programs } from "./programs.js";
import { type Summary, summarize } from "./statistics.js";
import { counted, delivered } from "./works.js";

export interface Point {
  x: number;
  values: number[];
  summary: Summary;
}

export interface Curve {
  id: string;
  title: string;
  /** What grows. */
  x: string;
  /** What is measured. */
  y: string;
  lines: { name: string; points: Point[] }[];
}

interface Line {
  name: string;
  /** The languages that its programs are in. */
  needs: readonly Language[];
  measure: (x: number) => Promise<number>;
}

interface Plan extends Omit<Curve, "lines"> {
  xs: number[];
  lines: Line[];
}

/** How long to count messages, in milliseconds; how far to go; and how often. */
export interface Reach {
  counting: number;
  peers: number;
  bytes: number;
  rounds: number;
}

export const FULL: Reach = { counting: 1000, peers: 256, bytes: 1_048_576, rounds: 3 };
export const QUICK: Reach = { counting: 200, peers: 4, bytes: 256, rounds: 1 };

export function curves(reach: Reach): Plan[] {
  return [subscribers(reach), workers(reach), size(reach), connections(reach)];
}

function subscribers({ counting, peers }: Reach): Plan {
  const line = (language: Language): Line => ({
    name: `wuserver, ${language}`,
    needs: ["C", language],
    measure: (sockets) => delivered(language, sockets, counting),
  });
  return {
    id: "subscribers",
    title: "Subscribers of everything on one publisher",
    x: "subscribers",
    y: "messages delivered a second, to all together",
    xs: powers(1, 2, peers),
    lines: (["C", "ours"] as const).map(line),
  };
}

function workers({ counting, peers }: Reach): Plan {
  const sender = (language: "C" | "zeromq.js"): Line => ({
    name: `plain PUSH, ${language}`,
    needs: ["C", language],
    measure: (sockets) => pushed(language, 2, sockets, counting),
  });
  const taskvent: Line = {
    name: "taskvent, ours",
    needs: ["C", "ours"],
    async measure(sockets) {
      using sink = new Pull();
      await sink.bind("tcp://127.0.0.1:*");
      const sinkEndpoint = sink.lastEndpoint ?? "";
      return await beside(
        (endpoint) => programs.taskvent(endpoint, sinkEndpoint, sockets, 1e9, 1),
        (endpoint) => counted(programs.counter("PULL", sockets, endpoint, counting)),
      );
    },
  };
  return {
    id: "workers",
    title: "Workers on one ventilator, who take tasks and do nothing",
    x: "workers",
    y: "tasks taken a second, by all together",
    xs: powers(1, 2, peers),
    lines: [sender("C"), sender("zeromq.js"), taskvent],
  };
}

/** What a plain PUSH hands over to so many workers in C, in messages a second. */
function pushed(language: "C" | "zeromq.js", bytes: number, sockets: number, milliseconds: number) {
  return beside(
    (endpoint) => programs.sender(language, "PUSH", endpoint, bytes),
    (endpoint) => counted(programs.counter("PULL", sockets, endpoint, milliseconds)),
  );
}

function size({ counting, bytes }: Reach): Plan {
  const line = (language: "C" | "zeromq.js"): Line => ({
    name: `plain PUSH, ${language}`,
    needs: ["C", language],
    measure: async (x) => ((await pushed(language, x, 1, counting)) * x) / 1e6,
  });
  return {
    id: "size",
    title: "Size of a message, to one PULL in C",
    x: "bytes a message",
    y: "MB received a second",
    xs: powers(16, 4, bytes),
    lines: (["C", "zeromq.js"] as const).map(line),
  };
}

function connections({ peers }: Reach): Plan {
  const line = (language: Language): Line => ({
    name: `wuserver, ${language}`,
    needs: ["C", language],
    measure: (sockets) =>
      beside(
        // So slow that no messages wait: the memory is that of the connections
        (endpoint) => programs.wuserver(language, endpoint, 100),
        async (endpoint, server) => {
          await using counter = new Program(programs.counter("SUB", sockets, endpoint, 600_000));
          await counter.printed(/counting/);
          return memory(server.pid);
        },
      ),
  });
  return {
    id: "memory",
    title: "Memory of a publisher with so many subscribers connected",
    x: "subscribers",
    y: "resident memory, MB",
    xs: powers(1, 2, peers),
    lines: (["C", "ours"] as const).map(line),
  };
}

/** From the first number to the last, each so many times the one before. */
export function powers(first: number, factor: number, last: number): number[] {
  return first > last ? [] : [first, ...powers(first * factor, factor, last)];
}

/** Measures round after round, the lines in turn at each point, so that a slow moment bends none of them. */
export async function trace(
  { xs, lines, ...curve }: Plan,
  rounds: number,
  told: (line: string, x: number, y: number) => void,
): Promise<Curve> {
  const values = lines.map(() => xs.map((): number[] => []));
  for (let round = 0; round < rounds; round++) {
    for (const [column, x] of xs.entries()) {
      for (const [row, { name, measure }] of lines.entries()) {
        const y = await measure(x);
        values[row]?.[column]?.push(y);
        told(name, x, y);
      }
    }
  }
  return {
    ...curve,
    lines: lines.map(({ name }, row) => ({
      name,
      points: xs.map((x, column) => {
        const ys = values[row]?.[column] ?? [];
        return { x, values: ys, summary: summarize(ys) };
      }),
    })),
  };
}
