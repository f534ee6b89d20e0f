import { matches } from "zmq-common";

interface Average {
  readonly filter: string;
  readonly prefix: Buffer;
  count: number;
  total: number;
}

/** Average temperatures, one for each filter, each of the first `updates` updates that match it. */
export class Averages {
  readonly #averages: readonly Average[];
  readonly #updates: number;
  #incomplete: number;

  constructor(filters: readonly string[], updates: number) {
    this.#averages = filters.map((filter) => ({ filter, prefix: Buffer.from(filter), count: 0, total: 0 }));
    this.#updates = updates;
    this.#incomplete = filters.length;
  }

  /** Whether every filter has its updates. */
  get complete(): boolean {
    return this.#incomplete === 0;
  }

  /** Adds the temperature of an update to the average of each filter that matches the message. */
  add(temperature: number, message: readonly Buffer[]): void {
    for (const average of this.#averages) {
      if (average.count === this.#updates || !matches(average.prefix, message)) continue;
      average.total += temperature;
      average.count += 1;
      if (average.count === this.#updates) this.#incomplete -= 1;
    }
  }

  /** Each filter with how many updates it has, and their average. */
  *soFar(): Generator<[filter: string, count: number, average: number]> {
    for (const { filter, total, count } of this.#averages) yield [filter, count, total / (count || 1)];
  }

  /** Each filter with its average, truncated as the C program does. */
  *[Symbol.iterator](): Iterator<{ filter: string; temperature: number }> {
    for (const { filter, total, count } of this.#averages) {
      yield { filter, temperature: Math.trunc(total / count) };
    }
  }
}
