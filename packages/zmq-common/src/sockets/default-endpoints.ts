/** Endpoints that are the defaults of an option, which nobody has asked for. */

const defaults = new WeakSet<readonly string[]>();

/**
 * Marks endpoints as the defaults of an option. Nobody has asked for these: `bindEndpoints` warns of one that cannot
 * be bound, and goes on as long as it can bind another.
 *
 * @returns The same array.
 */
export function markAsDefaults<E extends readonly string[]>(endpoints: E): E {
  defaults.add(endpoints);
  return endpoints;
}

/** Whether endpoints are those that {@link markAsDefaults} has marked: the same array. */
export function areDefaults(endpoints: readonly string[]): boolean {
  return defaults.has(endpoints);
}
