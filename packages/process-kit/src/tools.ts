/** What the machine must have besides Node: detected, and never silently missing. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * `gcc`: a C compiler with libzmq's headers and library; `g++`: a C++ one with cppzmq as well; `czmq`: a C one
 * with czmq; `pyzmq`: a Python that can import zmq; `docker`: an engine that answers, with compose v2; `netns`: the
 * right to make network namespaces of its own, and iproute2 for it; `swarm`: {@link SWARM_SCRIPT},
 * and what it needs; `nats-server`, `redis-server`: these servers, which
 * others are measured against; `chromium`: a browser, for the tests of the live page; `prometheus`: the server, and
 * promtool, for the tests of metrics.
 */
export type Tool =
  | "gcc"
  | "g++"
  | "czmq"
  | "pyzmq"
  | "docker"
  | "netns"
  | "swarm"
  | "nats-server"
  | "redis-server"
  | "chromium"
  | "prometheus";

/** A script beside the repository that makes several hosts of a Docker Swarm on this machine, and cuts their network. */
export const SWARM_SCRIPT = join(import.meta.dirname, "../../../../shared/docker-engine/swarm");

const HOW_TO_INSTALL: Record<Tool, string> = {
  gcc: "apt-get install gcc libzmq3-dev, or brew install zeromq",
  "g++": "apt-get install g++ libzmq3-dev cppzmq-dev, or brew install zeromq cppzmq",
  czmq: "apt-get install gcc libczmq-dev, or brew install czmq",
  pyzmq: "apt-get install python3-zmq, or pip install pyzmq and name that interpreter in PYTHON",
  docker: "install Docker with the compose plugin and start its engine",
  netns: "on Linux, as root, apt-get install iproute2",
  swarm: `docker, netns and ${SWARM_SCRIPT}; docs/scaling.md says how to try a Swarm on hosts of your own`,
  "nats-server": "apt-get install nats-server",
  "redis-server": "apt-get install redis-server",
  chromium: "apt-get install chromium fonts-inter, or name a Chromium in CHROMIUM",
  prometheus: "apt-get install prometheus, or brew install prometheus",
};

const DETECT: Record<Tool, () => boolean> = {
  gcc: () => compiles("gcc", "c", "zmq.h"),
  "g++": () => compiles("g++", "c++", "zmq.hpp"),
  czmq: () => compiles("gcc", "c", "czmq.h", "-lczmq"),
  pyzmq: () => findPython() !== undefined,
  docker: () => succeeds("docker", ["compose", "version"]) && succeeds("docker", ["info"]),
  netns: () => makesNamespaces(),
  swarm: () => hasTool("docker") && hasTool("netns") && existsSync(SWARM_SCRIPT),
  "nats-server": () => succeeds("nats-server", ["--version"]),
  "redis-server": () => succeeds("redis-server", ["--version"]),
  chromium: () => succeeds(chromium(), ["--version"]),
  prometheus: () => succeeds("prometheus", ["--version"]) && succeeds("promtool", ["--version"]),
};

const found = new Map<Tool, boolean>();

/** Whether the machine has a tool. Looks once. */
export function hasTool(tool: Tool): boolean {
  const known = found.get(tool) ?? DETECT[tool]();
  found.set(tool, known);
  return known;
}

/** Those of the tools that the machine does not have. */
export function missingTools(tools: Tool | readonly Tool[]): Tool[] {
  return [tools].flat().filter((tool) => !hasTool(tool));
}

/** Says of each tool that it is missing, and how to install it. */
export function missingText(tools: readonly Tool[]): string {
  return tools.map((tool) => `${tool} is missing: ${HOW_TO_INSTALL[tool]}.`).join(" ");
}

/**
 * Whether what needs these missing tools may be skipped: always, but for CI (`CI` is set), where the
 * comma-separated list of `MISSING_TOOLS_OK` must name them.
 */
export function mayBeMissing(tools: readonly Tool[]): boolean {
  const excused = new Set((process.env["MISSING_TOOLS_OK"] ?? "").split(",").map((tool) => tool.trim()));
  return !process.env["CI"] || tools.every((tool) => excused.has(tool));
}

/** The Chromium that drives the live page in tests: `$CHROMIUM`, or where Debian has it. */
export function chromium(): string {
  return process.env["CHROMIUM"] ?? "/usr/bin/chromium";
}

/**
 * The Python interpreter that has pyzmq: the first of `$PYTHON`, `python3` and `/usr/bin/python3` that does.
 *
 * @throws When none does; {@link hasTool} tells beforehand.
 */
export function python(): string {
  const interpreter = findPython();
  if (interpreter === undefined) throw new Error(missingText(["pyzmq"]));
  return interpreter;
}

let interpreter: string | undefined;

function findPython(): string | undefined {
  interpreter ??= [process.env["PYTHON"] ?? "", "python3", "/usr/bin/python3"].find(
    (candidate) => candidate !== "" && succeeds(candidate, ["-c", "import zmq"]),
  );
  return interpreter;
}

function makesNamespaces(): boolean {
  const name = `detect-${process.pid}`;
  try {
    return succeeds("ip", ["netns", "add", name]) && succeeds("ip", ["-n", name, "link", "set", "lo", "up"]);
  } finally {
    succeeds("ip", ["netns", "delete", name]);
  }
}

/** Whether a program that includes the header compiles, and links with the libraries and libzmq. */
function compiles(compiler: string, language: string, header: string, ...libraries: string[]): boolean {
  const folder = mkdtempSync(join(tmpdir(), "compiles-"));
  try {
    const args = ["-x", language, "-", "-o", join(folder, "program"), ...libraries, "-lzmq"];
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
