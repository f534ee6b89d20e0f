import { expect, test } from "@jest/globals";
import { hasEntry, listOf, withEntry } from "./compose.js";

const file = `# a comment
services:
  one:
    profiles: [a, b] # whose

# after the services
networks:
  hello: { internal: true }
`;

test("an entry comes to the end of its mapping, and the rest stays as it is", () => {
  const longer = withEntry(file, "services", "\n  two:\n    init: true\n");
  expect(longer).toBe(file.replace("# whose\n", "# whose\n\n  two:\n    init: true\n"));
  expect(withEntry(file, "networks", "  more: {}\n")).toBe(`${file}  more: {}\n`);
});

test("a mapping that is missing is an error that names it", () => {
  expect(() => withEntry(file, "secrets", "  more: {}\n")).toThrow('Expected a mapping "secrets"');
});

test("tells what is there", () => {
  expect(hasEntry(file, "networks", "hello")).toBe(true);
  expect(hasEntry(file, "networks", "one")).toBe(false);
  expect(listOf(file, "one", "profiles")).toEqual(["a", "b"]);
  expect(listOf(file, "one", "networks")).toEqual([]);
  expect(listOf(file, "two", "profiles")).toEqual([]);
});
