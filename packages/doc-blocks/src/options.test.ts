import { expect, test } from "@jest/globals";
import { optionTables, parseHelp } from "./options.js";

const help = `Usage: wuclient [options] [filters...]

Averages the temperature of a zip code over 100 updates (SUB)

Arguments:
  filters                zip codes, or their first digits (env: WUCLIENT_FILTERS) (default: "10001 ")

Options:
  -V, --version          print the versions of the program and of libzmq
  --connect <endpoint>   endpoint of a server; repeatable (default: tcp://localhost:5556, env: WUCLIENT_CONNECT)
  --seed <n>             the same again (CURVE); without it, random (env: WUCLIENT_SEED)
  --log-level <low|high> how much is logged (default: low, env: LOG_LEVEL)
  --health-file <path>   file to touch (env: WUCLIENT_HEALTH_FILE)
  --sync                 each write (default: no, env: WUCLIENT_SYNC)
  -h, --help             print this help
`.replace("high> how", "high>  how");

test("reads flags, arguments, defaults and variables", () => {
  expect(parseHelp(help)).toEqual([
    {
      flag: "[filters...]",
      description: "zip codes, or their first digits",
      default: '"10001 "',
      env: "WUCLIENT_FILTERS",
    },
    {
      flag: "--connect <endpoint>",
      description: "endpoint of a server; repeatable",
      default: "tcp://localhost:5556",
      env: "WUCLIENT_CONNECT",
    },
    {
      flag: "--seed <n>",
      description: "the same again (CURVE); without it, random",
      default: "",
      env: "WUCLIENT_SEED",
    },
    { flag: "--log-level <low|high>", description: "how much is logged", default: "low", env: "LOG_LEVEL" },
    { flag: "--health-file <path>", description: "file to touch", default: "", env: "WUCLIENT_HEALTH_FILE" },
    { flag: "--sync", description: "each write", default: "no", env: "WUCLIENT_SYNC" },
  ]);
});

test("makes a table for each app, and one of what all have", () => {
  const option = (flag: string, env: string) => ({ flag, description: flag, default: "", env });
  const { each, common } = optionTables(
    new Map([
      ["hello-server", [option("--bind", "HELLO_SERVER_BIND"), option("--key", "HELLO_SERVER_KEY")]],
      ["wuclient", [option("--connect", "WUCLIENT_CONNECT"), option("--key", "WUCLIENT_KEY")]],
    ]),
  );
  expect(each).toMatch(
    /^### hello-server\n\n.*\n.*\n\| `--bind` \|.*`HELLO_SERVER_BIND`.*\n\n### wuclient\n/,
  );
  expect(each).not.toContain("--key");
  expect(common).toMatch(/\| `--key` \|.*`<APP>_KEY`/);
});
