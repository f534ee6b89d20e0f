/** What the bench runs on. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { hasTool, python } from "process-kit";
import { version as libzmqVersion } from "zeromq";

/** The machine, and the versions of what the programs are built with and run on. */
export function machine(): Record<string, string> {
  const processors = cpus();
  const all: Record<string, string> = {
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown"} (${arch()})`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    "load before": load(),
    "Node.js": process.version,
    "libzmq of zeromq.js": libzmqVersion,
  };
  if (hasTool("gcc")) {
    all["gcc"] = output("gcc", "--version").split("\n")[0] ?? "";
    all["libzmq of the C programs"] =
      output("sh", "-c", LIBZMQ).split("\n").at(-1)?.replaceAll(" ", ".") ?? "";
  }
  if (hasTool("pyzmq")) all["pyzmq"] = output(python(), "-c", PYZMQ);
  if (hasTool("nats-server"))
    all["NATS"] =
      `${output("nats-server", "--version").replace(/^\D*/, "")}, nats.js ${version("@nats-io/jetstream")}`;
  if (hasTool("redis-server")) {
    const [, redis = ""] = / v=(\S+)/.exec(output("redis-server", "--version")) ?? [];
    all["Redis"] = `${redis}, BullMQ ${version("bullmq")}`;
  }
  return all;
}

/** The version of a dependency of the bench, which is exact. */
function version(name: string): string {
  const json = readFileSync(join(import.meta.dirname, "../package.json"), "utf8");
  const { devDependencies } = JSON.parse(json) as { devDependencies: Record<string, string> };
  return devDependencies[name] ?? "";
}

/** How many processes wanted a processor, on average over the last minute. */
export function load(): string {
  const [lastMinute = 0] = loadavg();
  return lastMinute.toFixed(2);
}

/** The preprocessor knows the version of libzmq that the C programs are built with. */
const LIBZMQ =
  "echo '#include <zmq.h>\nZMQ_VERSION_MAJOR ZMQ_VERSION_MINOR ZMQ_VERSION_PATCH' | gcc -E -P -xc -";

const PYZMQ =
  "import sys, zmq; print(zmq.__version__, 'on libzmq', zmq.zmq_version() + ', Python', sys.version.split()[0])";

function output(file: string, ...args: string[]): string {
  return execFileSync(file, args, { encoding: "utf8" }).trim();
}
