/** Reads and extends compose files. What is there keeps its form and its comments. */
import { isMap, isSeq, parseDocument } from "yaml";

/**
 * A compose file with text at the end of one of its top-level mappings.
 *
 * @param key `services`, `networks` or `secrets`.
 * @throws When it has no such mapping.
 */
export function withEntry(file: string, key: string, entry: string): string {
  const mapping = parseDocument(file).get(key, true);
  if (!isMap(mapping) || !mapping.range) throw new Error(`Expected a mapping "${key}" in the compose file`);
  const [, end] = mapping.range;
  return file.slice(0, end) + entry + file.slice(end);
}

/** Whether one of the top-level mappings has this entry. */
export function hasEntry(file: string, key: string, name: string): boolean {
  return parseDocument(file).hasIn([key, name]);
}

/** A list of a service, such as its `profiles` or `networks`; empty where it has none. */
export function listOf(file: string, service: string, key: string): string[] {
  const list = parseDocument(file).getIn(["services", service, key]);
  return isSeq(list) ? (list.toJSON() as string[]) : [];
}
