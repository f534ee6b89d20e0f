/** The command lines of what is measured, and of its peers. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, peerCommand, roleCommand, type RoleName, type RoleOptions } from "process-kit";
import type { Implementation } from "./benchmark.js";

const PEERS = join(import.meta.dirname, "../peers");
const CACHE = join(import.meta.dirname, "../node_modules/.cache");

type Args = readonly (string | number)[];

/** A program in C must be compiled first. */
export type AnyCommand = Command | Promise<Command>;

/** The command line of a program that binds an endpoint. */
export type Server = (bind: string) => AnyCommand;

/**
 * A role. The programs in C, in Python and on zeromq.js take the values of our options as their arguments, in the order
 * in which they are given here.
 */
export function role<N extends RoleName>(by: Implementation, name: N, options: RoleOptions<N>): AnyCommand {
  if (by === "ours") return roleCommand(name, options);
  const args = (Object.values(options) as (string | number | string[])[]).flat();
  const fileName = name.replace("-", "_");
  if (by === "C") return inC(fileName, ...args);
  return by === "pyzmq" ? peerCommand("Python", fileName, args) : onNode(fileName, ...args);
}

/** A ventilator in C that sends a given batch once its workers are connected. */
export function batchVentilator(bind: string, sink: string, workers: number, workloads: readonly number[]) {
  const batch = join(CACHE, "batch");
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(batch, workloads.join("\n"));
  return inC("taskvent_list", bind, sink, workers, batch);
}

/** Sends messages without end. PUB waits for its subscribers, as PUSH does. */
export function sender(by: "C" | "zeromq.js", type: "PUB" | "PUSH", bytes: number): Server {
  return (bind) => (by === "C" ? inC("sender", type, bind, bytes) : onNode("sender", type, bind, bytes));
}

/** Counts what sockets in C receive, from when each of them has received something. */
export function counter(type: "SUB" | "PULL", sockets: number, connect: string, milliseconds: number) {
  return inC("counter", type, sockets, connect, milliseconds);
}

/**
 * Publishes weather updates, and counts what it sends from the first subscription on. Ours is made of what wuserver
 * is made of, because wuserver does not count.
 */
export function countingPublisher(by: "C" | "zeromq.js" | "ours", bind: string, milliseconds: number) {
  if (by === "C") return inC("counting_publisher", bind, milliseconds);
  return onNode("counting_publisher", bind, milliseconds, by);
}

/** NATS with JetStream, which keeps its streams in a folder. */
export function natsServer(folder: string): Server {
  return (bind) => {
    const { hostname, port } = new URL(bind);
    return lasting("nats-server", "--jetstream", "--store_dir", folder, "--addr", hostname, "--port", port);
  };
}

/** Redis as the documentation of BullMQ wants it: an append-only file, synced every second, and nothing evicted. */
export function redisServer(folder: string): Server {
  return (bind) => {
    const { hostname, port } = new URL(bind);
    const persistence = ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"];
    const memory = ["--maxmemory-policy", "noeviction"];
    return lasting(
      "redis-server",
      "--bind",
      hostname,
      "--port",
      port,
      "--dir",
      folder,
      ...persistence,
      ...memory,
    );
  };
}

/** A server of others: it ends with the bench even if that is killed. */
function lasting(...command: string[]): Command {
  return ["setpriv", "--pdeathsig", "KILL", ...command];
}

/** A program of bench/peers/c, or else of tests/peers/c. */
function inC(name: string, ...args: Args): Promise<Command> {
  return peerCommand("C", name, args, { folder: join(PEERS, "c") });
}

/** A program of bench/peers/node. */
export function onNode(name: string, ...args: Args): Command {
  return [process.execPath, join(PEERS, "node", `${name}.mjs`), ...args.map(String)];
}

/** Makes a program on Node.js print the processor time that it has taken when it ends. */
export function withProcessorTime([node, ...args]: Command): Command {
  return [node, "--import", join(PEERS, "node/cpu_time.mjs"), ...args];
}

/** Makes a program on Node.js print the maximum delay of its event loop within as many milliseconds as EVENT_LOOP_DELAY says. */
export function withEventLoopDelay([node, ...args]: Command): Command {
  return [node, "--import", join(PEERS, "node/event_loop_delay.mjs"), ...args];
}
