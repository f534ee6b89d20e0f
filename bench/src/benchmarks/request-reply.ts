import { type Benchmark, casesOf } from "../benchmark.js";
import { role } from "../commands.js";
import { alongside, expectOutput, run } from "../processes.js";
import type { Scale } from "./scale.js";

const ONE = ["taskset", "--cpu-list", "0"];

/**
 * On two processors a round trip is mostly the time it takes to wake the other one up, anything from 20 to 150 µs on
 * a virtual machine. On one, it is what the programs themselves do.
 */
export function requestReply(scale: Scale): Benchmark[] {
  return [
    { id: "round-trip", title: "Round trip", unit: "µs", cases: roundTrips(scale, []) },
    { id: "round-trip-1", title: "Round trip, on one processor", unit: "µs", cases: roundTrips(scale, ONE) },
  ];
}

/** @param via A command that runs the programs. */
function roundTrips({ requests, thorough }: Scale, via: readonly string[]) {
  return casesOf(["C", "pyzmq", "zeromq.js", "ours"], [], (by) => {
    const seconds = async (endpoint: string, count: number) => {
      const command = role(by, "hello-client", { connect: endpoint, requests: count });
      const client = await run(command, { via, output: thorough ? "file" : "ignore" });
      await expectOutput(client, thorough ? conversation(count) : "");
      return client.seconds;
    };
    return alongside(
      (bind) => role(by, "hello-server", { bind, work: 0 }),
      // Without the time it takes to start and to connect
      async (endpoint) =>
        (((await seconds(endpoint, requests)) - (await seconds(endpoint, 1))) / (requests - 1)) * 1e6,
      { via },
    );
  });
}

/** All that a client prints. */
function conversation(requests: number): string {
  const lines = Array.from({ length: requests }, (_, n) => `Sending Hello ${n}...\nReceived World ${n}\n`);
  return `Connecting to hello world server...\n${lines.join("")}`;
}
