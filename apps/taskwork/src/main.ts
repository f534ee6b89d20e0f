import { remoteEndpoint, runRole } from "zmq-common";
import { taskwork } from "./taskwork.js";

await runRole(import.meta, taskwork, {
  vent: remoteEndpoint("endpoint of the ventilator", { default: "tcp://localhost:5557" }),
  sink: remoteEndpoint("endpoint of the sink", { default: "tcp://localhost:5558" }),
});
