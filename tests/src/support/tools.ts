/** What the machine must have besides Node: detected, and never silently missing. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "@jest/globals";

/**
 * `gcc`: a C compiler with libzmq's headers and library; `g++`: a C++ one with cppzmq as well; `pyzmq`: a
 * Python that can import zmq; `docker`: an engine that answers, with compose v2; `netns`: the right to make
 * network namespaces of its own, and iproute2 for it.
 */
export type Tool = "gcc" | "g++" | "pyzmq" | "docker" | "netns";

const HOW_TO_INSTALL: Record<Tool, string> = {
  gcc: "apt-get install gcc libzmq3-dev, or brew install zeromq",
  "g++": "apt-get install g++ libzmq3-dev cppzmq-dev, or brew install zeromq cppzmq",
  pyzmq: "apt-get install python3-zmq, or pip install pyzmq and name that interpreter in PYTHON",
  docker: "install Docker with the compose plugin and start its engine",
  netns: "on Linux, as root, apt-get install iproute2",
};

const DETECT: Record<Tool, () => boolean> = {
  gcc: () => compiles("gcc", "c", "zmq.h"),
  "g++": () => compiles("g++", "c++", "zmq.hpp"),
  pyzmq: () => findPython() !== undefined,
  docker: () => succeeds("docker", ["compose", "version"]) && succeeds("docker", ["info"]),
  netns: () => makesNamespaces(),
};

const found = new Map<Tool, boolean>();
const warned = new Set<Tool>();

/** Whether the machine has a tool. Looks once per test file. */
export function hasTool(tool: Tool): boolean {
  const known = found.get(tool) ?? DETECT[tool]();
  found.set(tool, known);
  return known;
}

/**
 * The Python interpreter that has pyzmq: the first of `$PYTHON`, `python3` and `/usr/bin/python3` that does.
 *
 * @throws When none does; {@link testWith} and {@link describeWith} keep a test from coming here.
 */
export function python(): string {
  const interpreter = findPython();
  if (interpreter === undefined) throw new Error(missingText(["pyzmq"]));
  return interpreter;
}

/**
 * A `describe` whose tests need tools. Where one is missing they are skipped, with a warning that says how to
 * install it; under CI (`CI` is set) they fail instead, unless `MISSING_TOOLS_OK` names the tool in its
 * comma-separated list.
 */
export function describeWith(tools: Tool | readonly Tool[], name: string, block: () => void): void {
  const missing = missingOf(tools);
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
  const missing = missingOf(tools);
  if (missing.length === 0) test(name, body, timeout);
  else if (isExcused(missing)) test.skip(name, body, timeout);
  else failInstead(name, missing);
}

function failInstead(name: string, missing: readonly Tool[]): void {
  test(name, () => {
    throw new Error(`${missingText(missing)} (Under CI that is a failure; MISSING_TOOLS_OK excuses tools.)`);
  });
}

function missingOf(tools: Tool | readonly Tool[]): Tool[] {
  return [tools].flat().filter((tool) => !hasTool(tool));
}

/** Whether tests may be skipped for want of these tools. Warns of each of them once per test file. */
function isExcused(missing: readonly Tool[]): boolean {
  const excused = new Set((process.env["MISSING_TOOLS_OK"] ?? "").split(",").map((tool) => tool.trim()));
  if (process.env["CI"] && !missing.every((tool) => excused.has(tool))) return false;
  const news = missing.filter((tool) => !warned.has(tool));
  for (const tool of news) warned.add(tool);
  if (news.length > 0) console.warn(`SKIPPING TESTS: ${missingText(news)}`);
  return true;
}

function missingText(tools: readonly Tool[]): string {
  return tools.map((tool) => `${tool} is missing: ${HOW_TO_INSTALL[tool]}.`).join(" ");
}

function findPython(): string | undefined {
  return [process.env["PYTHON"] ?? "", "python3", "/usr/bin/python3"].find(
    (interpreter) => interpreter !== "" && succeeds(interpreter, ["-c", "import zmq"]),
  );
}

function makesNamespaces(): boolean {
  const name = `detect-${process.pid}`;
  try {
    return succeeds("ip", ["netns", "add", name]) && succeeds("ip", ["-n", name, "link", "set", "lo", "up"]);
  } finally {
    succeeds("ip", ["netns", "delete", name]);
  }
}

/** Whether a program that includes the header compiles and links with libzmq. */
function compiles(compiler: string, language: string, header: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), "compiles-"));
  try {
    const args = ["-x", language, "-", "-o", join(folder, "program"), "-lzmq"];
    return succeeds(compiler, args, `#include <${header}>\nint main () { return 0; }\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function succeeds(file: string, args: readonly string[], input = ""): boolean {
  try {
    execFileSync(file, args, { input, stdio: ["pipe", "ignore", "ignore"], timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}
