import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { within } from "./zhelpers.js";

/**
 * A source of random numbers in [0, 1) for `within`, in steps of 2^-32: the same seed, the same numbers
 * (`srandom`). Not for secrets.
 *
 * @param seed A 32-bit integer. Default: a random one.
 */
export function seededRandom(seed = within(2 ** 32)): () => number {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
}
