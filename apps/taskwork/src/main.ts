import { endpoint, runRole } from "zmq-common";
import { taskwork } from "./taskwork.js";

await runRole(import.meta, taskwork, {
  vent: endpoint("endpoint of the ventilator", { default: "tcp://localhost:5557" }),
  sink: endpoint("endpoint of the sink", { default: "tcp://localhost:5558" }),
});
