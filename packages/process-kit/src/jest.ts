/**
 * Everything of process-kit for tests with Jest. Importing it gives the tests of the file a longer time than any
 * deadline here, because Jest's own timeout shows nothing of what was printed; and it ends, after each test,
 * every process that is left. So start them in tests, not in `beforeAll`.
 */
import { afterAll, afterEach, describe, jest, test } from "@jest/globals";
import { releasePorts } from "./ports.js";
import { DEADLINE, endAll } from "./running-process.js";
import { mayBeMissing, missingText, missingTools, type Tool } from "./tools.js";

export * from "./index.js";

jest.setTimeout(3 * DEADLINE);

afterEach(endAll);
afterAll(endAll);
afterAll(releasePorts);

/**
 * A `describe` whose tests need tools. Where one is missing they are skipped, with a warning that says how to
 * install it; under CI (`CI` is set) they fail instead, unless `MISSING_TOOLS_OK` names the tool in its
 * comma-separated list.
 */
export function describeWith(tools: Tool | readonly Tool[], name: string, block: () => void): void {
  const missing = missingTools(tools);
  if (missing.length === 0) describe(name, block);
  else if (isExcused(missing)) describe.skip(name, block);
  else describe(name, () => failInstead("needs its tools", missing));
}

/** A `test` that needs tools; see {@link describeWith}. `timeout` is in milliseconds. */
export function testWith(
  tools: Tool | readonly Tool[],
  name: string,
  body: () => Promise<void>,
  timeout?: number,
): void {
  const missing = missingTools(tools);
  if (missing.length === 0) test(name, body, timeout);
  else if (isExcused(missing)) test.skip(name, body, timeout);
  else failInstead(name, missing);
}

function failInstead(name: string, missing: readonly Tool[]): void {
  test(name, () => {
    throw new Error(`${missingText(missing)} (Under CI that is a failure; MISSING_TOOLS_OK excuses tools.)`);
  });
}

const warned = new Set<Tool>();

/** Whether tests may be skipped for want of these tools. Warns of each of them once per test file. */
function isExcused(missing: readonly Tool[]): boolean {
  if (!mayBeMissing(missing)) return false;
  const news = missing.filter((tool) => !warned.has(tool));
  for (const tool of news) warned.add(tool);
  if (news.length > 0) console.warn(`SKIPPING TESTS: ${missingText(news)}`);
  return true;
}
