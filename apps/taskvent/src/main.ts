import { endpoints, integer, remoteEndpoint, runRole } from "zmq-common";
import { taskvent } from "./taskvent.js";

await runRole(import.meta, taskvent, {
  bind: endpoints("endpoint to bind", { default: ["tcp://*:5557"] }),
  sink: remoteEndpoint("endpoint of the sink", { default: "tcp://localhost:5558" }),
  tasks: integer("how many tasks make the batch", { default: 100, min: 1 }),
  workers: integer("how many workers to wait for; without it, Enter on a terminal, else 1"),
  seed: integer("the same seed gives the same tasks; without it, they are random"),
});
