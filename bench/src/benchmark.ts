/** What a benchmark is, and the loop that measures one. */

/** What is measured: "zeromq.js" is a plain loop on its sockets, "ours" are the roles as they are shipped. */
export type Implementation = "C" | "pyzmq" | "zeromq.js" | "ours";

/** What a case cannot do without. */
export type Need = Implementation | "nats-server" | "redis-server";

export interface Description {
  /** For `--only`, and to compare runs. */
  id: string;
  title: string;
  unit: string;
  /** What the samples' `x` is: a number of peers or of bytes, or the name of a role. Without, they have none. */
  x?: string;
}

/** A rate should be high; a time, a size or a cost low. */
export function moreIsBetter({ unit }: Description): boolean {
  return unit.endsWith("/s");
}

interface Labels {
  variant: string;
  x?: number | string | undefined;
}

/** One thing to measure; it is compared with the other cases of the same `x`. */
export interface Case extends Labels {
  /** What its programs are implemented in, and which servers they need. */
  needs: readonly Need[];
  /** Measures once, in the benchmark's unit. */
  measure: () => Promise<number>;
}

export interface Benchmark extends Description {
  /** How often to measure each case in a round: more often where small differences count. Default: once. */
  repeats?: number;
  cases: readonly Case[];
}

/** What was measured of a case: a value for each round. */
export interface Sample extends Labels {
  values: number[];
}

export interface Measured extends Description {
  samples: Sample[];
}

/**
 * A case for each implementation, named after it.
 *
 * @param peers What its peers are implemented in.
 */
export function casesOf<I extends Implementation>(
  implementations: readonly I[],
  peers: readonly Implementation[],
  measureOnce: (by: I) => Promise<number>,
): Case[] {
  return implementations.map((by) => ({
    variant: by,
    needs: [...peers, by],
    measure: () => measureOnce(by),
  }));
}

/** The same for each x. */
export function casesOver<X extends number | string, I extends Implementation>(
  xs: readonly X[],
  implementations: readonly I[],
  peers: readonly Implementation[],
  measureOnce: (by: I, x: X) => Promise<number>,
): Case[] {
  return xs.flatMap((x) =>
    casesOf(implementations, peers, (by) => measureOnce(by, x)).map((one) => Object.assign(one, { x })),
  );
}

/**
 * Measures the cases of a benchmark in turn, round after round (A B A B …): whatever slows the machine down for a
 * while slows all of them down.
 *
 * @param onValue Called with each value as it comes.
 * @throws {RangeError} When a case measures what is not a finite number.
 */
export async function measure(
  { cases, repeats = 1, ...description }: Benchmark,
  rounds: number,
  onValue: (name: string, value: number) => void = () => {},
): Promise<Measured> {
  const samples = cases.map(({ variant, x }): Sample => ({ variant, x, values: [] }));
  for (let round = 0; round < rounds * repeats; round++) {
    for (const [index, { variant, x, measure: once }] of cases.entries()) {
      const name = x === undefined ? variant : `${x}, ${variant}`;
      const value = await once();
      if (!Number.isFinite(value)) {
        throw new RangeError(`Expected a number of ${description.unit} from ${name}, got ${value}`);
      }
      // More digits than any of them is good for
      samples[index]?.values.push(Number(value.toPrecision(6)));
      onValue(name, value);
    }
  }
  return { ...description, samples };
}
