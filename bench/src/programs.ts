/** The chapter's programs in each language, started the same way. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { version as libzmqVersion } from "zeromq";

const HERE = join(import.meta.dirname, "..");
const PEERS = join(HERE, "../tests/peers");
const BUILT = join(HERE, "node_modules/.cache/peers");

/** Who is measured. "zeromq.js" is a plain loop on its sockets; "ours" are the roles as they are shipped. */
export type Language = "C" | "pyzmq" | "zeromq.js" | "ours";

/** Command lines; the arguments are those of the C programs. */
export const programs = {
  helloServer: (language: Language, endpoint: string) =>
    command(language, "hello_server", [endpoint, "0"], ["--bind", endpoint, "--work", "0"]),

  helloClient: (language: Language, endpoint: string, requests: number) =>
    command(
      language,
      "hello_client",
      [endpoint, String(requests)],
      ["--connect", endpoint, "--requests", String(requests)],
    ),

  wuserver: (language: Language, endpoint: string, rate = 0) =>
    command(language, "wuserver", [endpoint, String(rate)], ["--bind", endpoint, "--rate", String(rate)]),

  wuclient: (language: Language, endpoint: string, filter: string, updates: number) =>
    command(
      language,
      "wuclient",
      [endpoint, filter, String(updates)],
      ["--connect", endpoint, "--updates", String(updates), filter],
    ),

  taskwork: (language: Language, vent: string, sink: string) =>
    command(language, "taskwork", [vent, sink], ["--vent", vent, "--sink", sink]),

  tasksink: (language: Language, sink: string, tasks: number) =>
    command(language, "tasksink", [sink, String(tasks)], ["--bind", sink, "--tasks", String(tasks)]),

  /** Ours draws the batch itself. */
  taskvent: (vent: string, sink: string, workers: number, tasks: number, seed: number) =>
    command(
      "ours",
      "taskvent",
      [],
      [
        "--bind",
        vent,
        "--sink",
        sink,
        "--workers",
        String(workers),
        "--tasks",
        String(tasks),
        "--seed",
        String(seed),
      ],
    ),

  /** In C, a given batch. */
  taskventList(vent: string, sink: string, workers: number, workloads: readonly number[]) {
    const program = compiled("taskvent_list");
    const batch = join(BUILT, "batch");
    writeFileSync(batch, workloads.join("\n"));
    return [program, vent, sink, String(workers), batch];
  },

  /** Counts in C what so many sockets receive. */
  counter: (type: "SUB" | "PULL", sockets: number, endpoint: string, milliseconds: number) => [
    compiled("counter"),
    type,
    String(sockets),
    endpoint,
    String(milliseconds),
  ],

  /** Publishes without end, and counts for so long what it sends. Ours with zmq-common's means: wuserver has no count. */
  sent: (language: "C" | "zeromq.js" | "ours", endpoint: string, milliseconds: number) =>
    language === "C"
      ? [compiled("sent"), endpoint, String(milliseconds)]
      : node("peers/node/sent.mjs", endpoint, String(milliseconds), language),

  /** A program in Node.js that tells after so long how long its event loop was held up at most. */
  heldUp: ([file = "", ...args]: readonly string[], milliseconds: number) => [
    "env",
    `HELD_UP=${milliseconds}`,
    file,
    "--import",
    join(HERE, "peers/node/held_up.mjs"),
    ...args,
  ],

  /** What Node.js takes without any role. */
  bare: (name: "idle" | "loaded") => node(`peers/node/${name}.mjs`),

  /** Sends messages of a size without end. */
  sender: (language: "C" | "zeromq.js", type: "PUB" | "PUSH", endpoint: string, bytes: number) =>
    command(language, "sender", [type, endpoint, String(bytes)], []),
};

function command(
  language: Language,
  name: string,
  args: readonly string[],
  flags: readonly string[],
): string[] {
  if (language === "C") return [compiled(name), ...args];
  if (language === "pyzmq") return [python(), join(PEERS, "python", `${name}.py`), ...args];
  if (language === "zeromq.js") return node(`peers/node/${name}.mjs`, ...args);
  return node(`../apps/${name.replace("_", "-")}/dist/main.js`, ...flags);
}

function node(script: string, ...args: string[]): string[] {
  return [process.execPath, join(HERE, script), ...args];
}

const built = new Map<string, string>();

/** @throws When there is no C compiler or no libzmq. */
function compiled(name: string): string {
  let program = built.get(name);
  if (program === undefined) {
    mkdirSync(BUILT, { recursive: true });
    program = join(BUILT, name);
    const own = join(HERE, "peers/c", `${name}.c`);
    const source = existsSync(own) ? own : join(PEERS, "c", `${name}.c`);
    execFileSync("gcc", ["-std=gnu11", "-O2", "-I", join(PEERS, "c"), source, "-o", program, "-lzmq"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    built.set(name, program);
  }
  return program;
}

let interpreter: string | undefined;

/** The Python that has pyzmq; "" where there is none. */
function python(): string {
  const candidates = [process.env["PYTHON"] ?? "", "python3", "/usr/bin/python3"];
  interpreter ??= candidates.find((file) => file !== "" && succeeds(file, "-c", "import zmq")) ?? "";
  return interpreter;
}

/** Prints, when the preprocessor has gone over it, the version of libzmq that the C programs are built with. */
const LIBZMQ =
  "echo '#include <zmq.h>\nZMQ_VERSION_MAJOR ZMQ_VERSION_MINOR ZMQ_VERSION_PATCH' | gcc -E -P -xc -";

/** The languages that nothing can be measured in here, each with what that takes. */
export function missing(): Map<Language, string> {
  const languages = new Map<Language, string>();
  if (!succeeds("sh", "-c", LIBZMQ)) {
    languages.set("C", "a C compiler with libzmq: apt-get install gcc libc6-dev libzmq3-dev");
  }
  if (python() === "") languages.set("pyzmq", "a Python with pyzmq: apt-get install python3-zmq");
  return languages;
}

/** What the programs are built with and run on. */
export function versions(without: ReadonlyMap<Language, string>): Record<string, string> {
  const all: Record<string, string> = { "Node.js": process.version, "libzmq of zeromq.js": libzmqVersion };
  if (!without.has("C")) {
    const [gcc = ""] = output("gcc", "--version").split("\n");
    all["gcc"] = gcc;
    all["libzmq of the C programs"] =
      output("sh", "-c", LIBZMQ).split("\n").at(-1)?.trim().replaceAll(" ", ".") ?? "";
  }
  if (!without.has("pyzmq")) {
    all["pyzmq"] = output(
      python(),
      "-c",
      "import sys, zmq; print(zmq.__version__, 'on libzmq', zmq.zmq_version() + ', Python', sys.version.split()[0])",
    );
  }
  return all;
}

function output(file: string, ...args: string[]): string {
  return execFileSync(file, args, { encoding: "utf8" }).trim();
}

function succeeds(file: string, ...args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
