/** What things are called. */
import type { Actor } from "../src/views/actors.js";
import { language, words } from "./store.js";

export function nameOf({
  role,
  number,
  isOneOfMany,
}: Pick<Actor, "role" | "number" | "isOneOfMany">): string {
  const word = words.value.roles[role];
  if (word !== undefined) return `${word} ${number}`;
  return isOneOfMany ? `${role} ${number}` : role;
}

/** A number as the reader's language has it: `1.2 million`. */
export function compact(value: number): string {
  const style = value >= 10_000 ? ({ notation: "compact", maximumFractionDigits: 1 } as const) : {};
  return new Intl.NumberFormat(language.value, {
    maximumFractionDigits: value < 10 ? 1 : 0,
    ...style,
  }).format(value);
}

export const rangeText = ([first, last]: readonly [first: number, last: number]) =>
  first === last ? String(first) : `${first}–${last}`;

/** Of many, the first. */
export function rangesText(ranges: readonly (readonly [first: number, last: number])[]): string {
  return `${ranges.slice(0, 3).map(rangeText).join(", ")}${ranges.length > 3 ? ", …" : ""}`;
}
