/** How much of everything there is to do. */
export const FULL = {
  /** Weather updates for one zip code. */
  updates: 100,
  /** Messages to receive. */
  messages: 1_000_000,
  /** How long to count messages, in milliseconds. */
  counting: 2000,
  requests: 20_000,
  tasks: 100,
  emptyTasks: 100_000,
  jobs: 400,
  emptyJobs: 1_000_000,
  /** How many jobs and workers the benchmarks of jobs go up to. */
  maxJobs: 1_048_576,
  maxCrew: 8,
  /** How far the benchmarks go that have an x. */
  maxPeers: 256,
  maxBytes: 1_048_576,
  /** How often to measure in a round what differs little. */
  repeats: 4,
  /** Whether every line that clients and workers print is checked; to write them takes time from what is measured. */
  thorough: false,
};

export type Scale = typeof FULL;

/** To see that everything works; the figures mean nothing. */
export const QUICK: Scale = {
  updates: 1,
  messages: 200_000,
  counting: 200,
  requests: 1000,
  tasks: 10,
  emptyTasks: 5000,
  jobs: 20,
  emptyJobs: 10_000,
  maxJobs: 1024,
  maxCrew: 2,
  maxPeers: 4,
  maxBytes: 256,
  repeats: 1,
  thorough: true,
};

/** From the first number to the last, each a multiple of the one before. */
export function powers(first: number, factor: number, last: number): number[] {
  return first > last ? [] : [first, ...powers(first * factor, factor, last)];
}
