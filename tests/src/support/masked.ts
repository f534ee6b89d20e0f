/**
 * A text with `#` for every number: what the chapter's programs print differs from run to run in numbers only.
 *
 * `masked("Total expected cost: 5034 msec")` is `Total expected cost: # msec`.
 */
export function masked(text: string): string {
  return text.replaceAll(/-?\d+/g, "#");
}
