import { endpoints, integer, path, remoteEndpoint, runRole } from "zmq-common";
import { jobvent } from "./jobvent.js";

await runRole(import.meta, jobvent, {
  bind: endpoints("endpoint to bind", { default: ["tcp://*:5561"] }),
  sink: remoteEndpoint("endpoint of the sink", { default: "tcp://localhost:5562" }),
  jobs: integer("how many jobs of 1 to 100 ms make the batch", { default: 100, min: 1, max: 100_000_000 }),
  seed: integer("makes the same jobs again; without it, they are random"),
  input: path("file with a job a line, instead of --jobs; - for stdin"),
  workers: integer("how many workers to wait for", { default: 1, min: 1 }),
  attempts: integer("after how many failures a job is dead", { default: 3, min: 1, max: 255 }),
  journal: path("folder for the journal; without it, a batch does not survive its ventilator"),
});
