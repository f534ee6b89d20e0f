import { afterEach, describe, expect, jest, test } from "@jest/globals";
import * as fc from "fast-check";
import {
  choice,
  endpoint,
  endpoints,
  flag,
  integer,
  milliseconds,
  type OptionSpecs,
  path,
  positionals,
  text,
} from "./options.js";
import { parseOptions, UsageExit } from "./command-line.js";

const program = { name: "task-vent", description: "Sends tasks", version: "task-vent 1.2.3 (libzmq 4.3.5)" };

const specs = {
  bind: endpoints("where to bind", { default: ["tcp://*:5557"] }),
  sink: endpoint("the sink", { default: "tcp://localhost:5558" }),
  tasks: integer("how many tasks", { default: 100, min: 1 }),
  workers: integer("how many workers"),
  idleTimeout: milliseconds("how long", { default: 2500 }),
  reply: text("what to say", { default: "World" }),
  file: path("which file"),
  level: choice("how much", {
    choices: ["some", "all"],
    aliases: { everything: "all" },
    default: "some",
    env: "LEVEL",
  }),
};

const defaults = {
  bind: ["tcp://*:5557"],
  sink: "tcp://localhost:5558",
  tasks: 100,
  workers: undefined,
  idleTimeout: 2500,
  reply: "World",
  file: undefined,
  level: "some",
};

afterEach(() => {
  jest.restoreAllMocks();
});

/** Parses, and collects what was printed. */
function run<S extends OptionSpecs>(options: S, argv: string[], env: NodeJS.ProcessEnv = {}) {
  const printed = { out: "", err: "" };
  jest.spyOn(process.stdout, "write").mockImplementation((line) => Boolean((printed.out += String(line))));
  jest.spyOn(process.stderr, "write").mockImplementation((line) => Boolean((printed.err += String(line))));
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return { values: parseOptions(program, options, argv), printed };
  } catch (error) {
    return { error, printed };
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

const parse = (argv: string[], env?: NodeJS.ProcessEnv) => run(specs, argv, env).values;

test("without anything given, takes the defaults", () => {
  expect(parse([])).toEqual(defaults);
});

test("a flag beats the environment, which beats the default", () => {
  expect(parse([], { TASK_VENT_TASKS: "7" })).toEqual({ ...defaults, tasks: 7 });
  expect(parse(["--tasks", "8"], { TASK_VENT_TASKS: "7" })).toEqual({ ...defaults, tasks: 8 });
  expect(parse(["--tasks=8"])).toEqual({ ...defaults, tasks: 8 });
  expect(parse(["--tasks", "8", "--tasks", "9"])).toEqual({ ...defaults, tasks: 9 });
});

test("names of several words have dashes in flags and underscores in the environment", () => {
  expect(parse(["--idle-timeout", "5"])).toEqual({ ...defaults, idleTimeout: 5 });
  expect(parse([], { TASK_VENT_IDLE_TIMEOUT: "5" })).toEqual({ ...defaults, idleTimeout: 5 });
});

test("an option may have an environment variable of its own", () => {
  expect(parse([], { LEVEL: "all", TASK_VENT_LEVEL: "some" })).toEqual({ ...defaults, level: "all" });
});

test("an empty environment variable counts as not given", () => {
  expect(parse([], { TASK_VENT_TASKS: "", TASK_VENT_BIND: "" })).toEqual(defaults);
});

test("a repeatable flag takes all it is given, in order, and commas", () => {
  const [one, two, three] = ["tcp://*:1", "tcp://*:2", "tcp://*:3"] as const;
  const bind = (values: string[]) => ({ ...defaults, bind: values });
  expect(parse(["--bind", one])).toEqual(bind([one]));
  expect(parse(["--bind", one, "--bind", two])).toEqual(bind([one, two]));
  expect(parse(["--bind", `${one},${two}`, "--bind", three])).toEqual(bind([one, two, three]));
  expect(parse([], { TASK_VENT_BIND: `${one},${two}` })).toEqual(bind([one, two]));
});

test.each([
  "tcp://*:1, ipc://a b.ipc",
  " tcp://*:1 ,ipc://a b.ipc ",
  "tcp://*:1,ipc://a b.ipc,",
  ",tcp://*:1,,ipc://a b.ipc",
  "tcp://*:1 ipc://a b.ipc",
  "tcp://*:1\nipc://a b.ipc\n",
])("a list of endpoints may have blanks and empty parts: %j", (list) => {
  const expected = { ...defaults, bind: ["tcp://*:1", "ipc://a b.ipc"] };
  expect(parse(["--bind", list])).toEqual(expected);
  expect(parse([], { TASK_VENT_BIND: list })).toEqual(expected);
});

test("the defaults of a list, as --help prints them, can be given", () => {
  const two = { bind: endpoints("where to bind", { default: ["tcp://*:5556", "ipc://weather.ipc"] }) };
  const [, printed] =
    /\(default: ([^)]+), env/.exec(run(two, ["--help"]).printed.out.replaceAll(/\s+/g, " ")) ?? [];
  expect(run(two, ["--bind", printed ?? ""]).values).toEqual({ bind: two.bind.default });
});

test("blanks around a value do not count, nor does the case of a word", () => {
  expect(parse(["--tasks", " 7\n", "--sink", " tcp://sink:1 "])).toEqual({
    ...defaults,
    tasks: 7,
    sink: "tcp://sink:1",
  });
  for (const level of ["all", "ALL", "All", " all ", "everything", "EVERYTHING"]) {
    expect(parse(["--level", level])).toEqual({ ...defaults, level: "all" });
    expect(parse([], { LEVEL: level })).toEqual({ ...defaults, level: "all" });
  }
});

test("a text is taken as it is", () => {
  for (const reply of [" World ", "", "--work", "a, b", '"World"']) {
    expect(parse([`--reply=${reply}`])).toEqual({ ...defaults, reply });
  }
  expect(parse(["--reply", "-World"])).toEqual({ ...defaults, reply: "-World" });
});

describe("arguments without a flag", () => {
  const filters = { filters: positionals("what to subscribe to", { default: ["10001 "] }) };

  test.each<[string[], NodeJS.ProcessEnv, string[]]>([
    [[], {}, ["10001 "]],
    [["10001 "], {}, ["10001 "]],
    [["1", "2,3"], {}, ["1", "2,3"]],
    [[""], {}, [""]],
    [[], { TASK_VENT_FILTERS: "10001 ,2" }, ["10001 ", "2"]],
    [[], { TASK_VENT_FILTERS: "10001 , 2" }, ["10001 ", "2"]],
    [[], { TASK_VENT_FILTERS: "10001 ,2," }, ["10001 ", "2"]],
    [[], { TASK_VENT_FILTERS: "" }, ["10001 "]],
    [[], { TASK_VENT_FILTERS: '""' }, [""]],
    [[], { TASK_VENT_FILTERS: '"--updates", " 5,"' }, ["--updates", " 5,"]],
    [["--", "-", "-5"], {}, ["-", "-5"]],
    [["1"], { TASK_VENT_FILTERS: "2" }, ["1"]],
  ])("%j with %j are %j", (argv, env, expected) => {
    expect(run(filters, argv, env).values).toEqual({ filters: expected });
  });

  test("can be anything in a variable: in quotes, as JSON", () => {
    fc.assert(
      // No environment takes a NUL
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (texts) => {
        const variable = JSON.stringify(texts).slice(1, -1);
        expect(run(filters, [], { TASK_VENT_FILTERS: variable }).values).toEqual({ filters: texts });
      }),
    );
  });

  const hint = "flags begin with two hyphens, and go before `--`";
  test.each<[string[], NodeJS.ProcessEnv, string]>([
    [["--", "--updates", "5"], {}, `value '--updates' is invalid for argument 'filters'. ${hint}`],
    [["\u2013\u2013updates", "5"], {}, hint],
    [["\u2014updates", "5"], {}, hint],
    [[], { TASK_VENT_FILTERS: "--updates" }, "expected texts, not flags"],
    [[], { TASK_VENT_FILTERS: "," }, "expected texts with commas between"],
    [
      [],
      { TASK_VENT_FILTERS: '"10001' },
      "from env 'TASK_VENT_FILTERS' is invalid. expected texts in quotes",
    ],
    [[], { TASK_VENT_FILTERS: '"10001",2' }, "expected texts in quotes"],
  ])("%j with %j are refused", (argv, env, message) => {
    const { error, printed } = run(filters, argv, env);
    expect(error).toMatchObject({ status: 2 });
    expect(printed.err).toContain(message);
  });

  test("may be limited to a few words", () => {
    const patterns = {
      patterns: positionals("what to run", {
        choices: ["hello", "weather", "pipeline"],
        default: ["hello"],
      }),
    };
    expect(run(patterns, []).values).toEqual({ patterns: ["hello"] });
    expect(run(patterns, ["weather", "hello"]).values).toEqual({ patterns: ["weather", "hello"] });
    const env = { TASK_VENT_PATTERNS: "Weather, hello," };
    expect(run(patterns, [], env).values).toEqual({ patterns: ["weather", "hello"] });
    const { error, printed } = run(patterns, ["helo"]);
    expect(error).toMatchObject({ status: 2 });
    expect(printed.err).toContain(
      "'helo' is invalid for argument 'patterns'. expected hello, weather or pipeline\n",
    );
  });
});

describe("wrong usage ends with status 2 and a line that names flag or variable and value:", () => {
  const number = "expected an integer from 1 to 1000000000";
  const noEndpoint = "expected tcp://host:port (port 0 to 65535), ipc://path or inproc://name";
  test.each<[string, string[], NodeJS.ProcessEnv, string]>([
    ["an unknown flag", ["--taks", "1"], {}, "error: unknown option '--taks'\n(Did you mean --tasks?)"],
    ["no value", ["--tasks"], {}, "error: option '--tasks <n>' argument missing"],
    ["no number", ["--tasks", "ten"], {}, `error: option '--tasks <n>' argument 'ten' is invalid. ${number}`],
    ["a fraction", ["--tasks", "1.5"], {}, `argument '1.5' is invalid. ${number}`],
    ["a number in another notation", ["--tasks", "1e3"], {}, `argument '1e3' is invalid. ${number}`],
    ["an empty number", ["--tasks", ""], {}, `argument '' is invalid. ${number}`],
    ["too little", ["--tasks", "0"], {}, `argument '0' is invalid. ${number}`],
    ["less than nothing", ["--tasks", "-1"], {}, `argument '-1' is invalid. ${number}`],
    ["too much", ["--idle-timeout", "2147483648"], {}, "expected an integer from 0 to 2147483647"],
    [
      "no endpoint",
      ["--bind", "5557"],
      {},
      `option '--bind <endpoint>' argument '5557' is invalid. ${noEndpoint}`,
    ],
    ["one bad endpoint of two", ["--bind", "tcp://*:1, tcp://*:5x"], {}, `${noEndpoint}, got 'tcp://*:5x'`],
    ["no endpoint at all", ["--bind", " , "], {}, `argument ' , ' is invalid. ${noEndpoint}`],
    [
      "a flag for a value",
      ["--reply", "--tasks", "1"],
      {},
      "--reply <text>' argument missing: --tasks is a flag",
    ],
    ["a flag with its value for a value", ["--file", "--tasks=1"], {}, "--file <path>' argument missing"],
    [
      "a flag after --",
      ["--", "--tasks", "1"],
      {},
      "unexpected argument '--tasks': flags begin with two hyphens, and go before `--`",
    ],
    ["no such choice", ["--level", "none"], {}, "argument 'none' is invalid. expected some or all"],
    ["no such choice either", ["--level", "constructor"], {}, "expected some or all"],
    ["an argument too many", ["surplus"], {}, "error: unexpected argument 'surplus'"],
    [
      "a bad variable",
      [],
      { TASK_VENT_TASKS: "ten" },
      `error: option '--tasks <n>' value 'ten' from env 'TASK_VENT_TASKS' is invalid. ${number}`,
    ],
    [
      "one bad endpoint of two in a variable",
      [],
      { TASK_VENT_BIND: "tcp://*:1,tcp://*:99999" },
      `error: option '--bind <endpoint>' value 'tcp://*:1,tcp://*:99999' from env 'TASK_VENT_BIND' is invalid. ${noEndpoint}`,
    ],
    [
      "no such choice in a variable",
      [],
      { LEVEL: "none" },
      "error: option '--level <some|all>' value 'none' from env 'LEVEL' is invalid. expected some or all",
    ],
  ])("%s", (_, argv, env, message) => {
    const { error, printed } = run(specs, argv, env);
    expect(error).toBeInstanceOf(UsageExit);
    expect(error).toMatchObject({ status: 2 });
    expect(printed.err).toContain(message);
    expect(printed.err).toMatch(/\nRun with --help to see all options\.\n$/);
    expect(printed.out).toBe("");
  });

  test("a flag spares its bad variable", () => {
    expect(parse(["--tasks", "5"], { TASK_VENT_TASKS: "ten" })).toEqual({ ...defaults, tasks: 5 });
  });
});

test("--help lists flags, variables and defaults, and ends with status 0", () => {
  const { error, printed } = run(
    { ...specs, filters: positionals("what to subscribe to", { default: ["10001 "] }) },
    ["--help"],
  );
  expect(error).toMatchObject({ status: 0 });
  const help = printed.out.replaceAll(/\s+/g, " ");
  for (const part of [
    "Sends tasks",
    'filters what to subscribe to (env: TASK_VENT_FILTERS) (default: "10001 ")',
    "--bind <endpoint> where to bind; repeatable (default: tcp://*:5557, env: TASK_VENT_BIND)",
    "--tasks <n> how many tasks (default: 100, env: TASK_VENT_TASKS)",
    "--workers <n> how many workers (env: TASK_VENT_WORKERS)",
    "--idle-timeout <ms> how long (default: 2500, env: TASK_VENT_IDLE_TIMEOUT)",
    "--level <some|all> how much (default: some, env: LEVEL)",
  ]) {
    expect(help).toContain(part);
  }
});

test("--version prints the versions, and ends with status 0", () => {
  const { error, printed } = run(specs, ["--version"]);
  expect(error).toMatchObject({ status: 0 });
  expect(printed.out).toBe("task-vent 1.2.3 (libzmq 4.3.5)\n");
});

describe("a flag without a value", () => {
  const sync = { sync: flag("whether to sync") };
  const parseSync = (...argv: string[]) => parseOptions(program, sync, argv).sync;
  afterEach(() => {
    delete process.env["TASK_VENT_SYNC"];
  });

  test("is given or not", () => {
    expect([parseSync(), parseSync("--sync")]).toEqual([false, true]);
  });

  test.each([
    ["1", true],
    ["true", true],
    ["Yes", true],
    ["ON", true],
    ["0", false],
    ["false", false],
    ["FALSE", false],
    [" no ", false],
    ["Off", false],
    ["", false],
  ])("its variable may say %j", (value, expected) => {
    process.env["TASK_VENT_SYNC"] = value;
    expect(parseSync()).toBe(expected);
  });

  test("its variable may not say anything else", () => {
    const { error, printed } = run(sync, [], { TASK_VENT_SYNC: "maybe" });
    expect(error).toMatchObject({ status: 2 });
    expect(printed.err).toContain(
      "error: option '--sync' value 'maybe' from env 'TASK_VENT_SYNC' is invalid. expected yes or no\n",
    );
  });
});

test("the arguments of another command may be flags, in the variable too", () => {
  const command = { command: positionals("what to run", { default: [], verbatim: true }) };
  expect(run(command, ["--", "sort", "--reverse"]).values).toEqual({ command: ["sort", "--reverse"] });
  const env = { TASK_VENT_COMMAND: "sort,--reverse" };
  expect(run(command, [], env).values).toEqual({ command: ["sort", "--reverse"] });
});
