/** What process-kit knows of each role's options, held against what the role itself lists. */
import { expect, test } from "@jest/globals";
import { COMMON_OPTIONS, role, ROLE_OPTIONS, type RoleName } from "process-kit/jest";

/** The options that a role's help lists, and the kinds of their values. */
function listed(help: string): Record<string, string> {
  const options: Record<string, string> = {};
  const [, positionals] = /^Usage: .* \[(\w+)\.\.\.\]$/m.exec(help) ?? [];
  if (positionals !== undefined) options[positionals] = "positionals";
  for (const [, flag = "", value = "", rest = ""] of help.matchAll(/^ +--([a-z-]+)(?: <([^>]+)>)?(.*)$/gm)) {
    if (value === "") {
      options[flag] = "flag";
      continue;
    }
    const name = flag.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const single = ["n", "ms"].includes(value) ? "number" : "text";
    options[name] = rest.includes("; repeatable") ? "texts" : single;
  }
  return options;
}

test.each(Object.keys(ROLE_OPTIONS) as RoleName[])(
  "%s lists the options that are known of it",
  async (name) => {
    const help = role(name, ["--help"]);
    await help.done();
    const known = Object.entries({ ...ROLE_OPTIONS[name], ...COMMON_OPTIONS });
    const kinds = known.map(([option, kind]) => [option, kind === "rest" ? "positionals" : kind]);
    expect(listed(help.stdout)).toEqual(Object.fromEntries(kinds));
  },
);
