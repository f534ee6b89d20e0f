import { endpoint, endpoints, integer, runRole } from "zmq-common";
import { taskvent } from "./taskvent.js";

const input = process.stdin;

// Enter can be pressed on a terminal only
const anyone = input.isTTY ? undefined : 1;

await runRole(import.meta, ({ workers = anyone, ...options }) => taskvent({ ...options, workers, input }), {
  bind: endpoints("endpoint to bind", ["tcp://*:5557"]),
  sink: endpoint("endpoint of the sink", "tcp://localhost:5558"),
  tasks: integer("how many tasks make the batch", { fallback: 100, least: 1 }),
  workers: integer("how many workers to wait for; without it, Enter on a terminal, else 1"),
  seed: integer("makes the same tasks again; without it, they are random"),
});
