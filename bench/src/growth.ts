/** How cost grows: with the number of peers, and with the size of a message. */
import { memory } from "./memory.js";
import { beside, pause, Program } from "./processes.js";
import { programs } from "./programs.js";
import { summarize } from "./statistics.js";
import { counted } from "./works.js";

export interface Curve {
  id: string;
  title: string;
  /** What grows. */
  x: string;
  /** What is measured. */
  y: string;
  points: { x: number; y: number }[];
}

interface Plan extends Omit<Curve, "points"> {
  xs: number[];
  measure: (x: number) => Promise<number>;
}

/** How long to count messages, in milliseconds; how far to go; and how often. */
export interface Reach {
  counting: number;
  peers: number;
  bytes: number;
  rounds: number;
}

export const FULL: Reach = { counting: 1500, peers: 256, bytes: 1_048_576, rounds: 3 };
export const QUICK: Reach = { counting: 200, peers: 4, bytes: 256, rounds: 1 };

export function curves({ counting, peers, bytes }: Reach): Plan[] {
  const numbers = powers(1, 2, peers);
  return [
    {
      id: "subscribers",
      title: "Subscribers of everything on one publisher (wuserver)",
      x: "subscribers",
      y: "messages delivered a second, all subscribers together",
      xs: numbers,
      measure: (subscribers) =>
        beside(
          (endpoint) => programs.wuserver("ours", endpoint),
          (endpoint) => counted(programs.counter("SUB", subscribers, endpoint, counting)),
        ),
    },
    {
      id: "workers",
      title: "Workers on one ventilator (zeromq.js), tasks of 2 bytes",
      x: "workers",
      y: "tasks taken a second, all workers together",
      xs: numbers,
      measure: (workers) =>
        beside(
          (endpoint) => programs.sender("PUSH", endpoint, 2),
          (endpoint) => counted(programs.counter("PULL", workers, endpoint, counting)),
        ),
    },
    {
      id: "size",
      title: "Size of a message, from one PUSH (zeromq.js) to one PULL (C)",
      x: "bytes",
      y: "MB received a second",
      xs: powers(16, 4, bytes),
      measure: (size) =>
        beside(
          (endpoint) => programs.sender("PUSH", endpoint, size),
          async (endpoint) => ((await counted(programs.counter("PULL", 1, endpoint, counting))) * size) / 1e6,
        ),
    },
    {
      id: "memory",
      title: "Memory that connected subscribers cost a publisher (wuserver)",
      x: "subscribers",
      y: "resident memory, MB",
      xs: numbers,
      measure: (subscribers) =>
        beside(
          (endpoint) => programs.wuserver("ours", endpoint, 10),
          async (endpoint, server) => {
            await using counter = new Program(programs.counter("SUB", subscribers, endpoint, 60 * counting));
            await counter.printed(/connected/);
            await pause(counting);
            return memory(server.pid);
          },
        ),
    },
  ];
}

/** From the first number to the last, each so many times the one before. */
function powers(first: number, factor: number, last: number): number[] {
  return first > last ? [] : [first, ...powers(first * factor, factor, last)];
}

/** Measures a curve round after round, so that a slow moment of the machine does not bend it. */
export async function trace(
  { xs, measure, ...curve }: Plan,
  rounds: number,
  told: (x: number, y: number) => void,
): Promise<Curve> {
  const values = new Map(xs.map((x): [number, number[]] => [x, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [x, ys] of values) {
      const y = await measure(x);
      ys.push(y);
      told(x, y);
    }
  }
  return { ...curve, points: [...values].map(([x, ys]) => ({ x, y: summarize(ys).median })) };
}
