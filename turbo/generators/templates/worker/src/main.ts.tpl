import { endpoint, runRole } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  vent: endpoint("endpoint of the ventilator", { default: "{{peers.vent.endpoint}}" }),
  sink: endpoint("endpoint of the sink", { default: "{{peers.sink.endpoint}}" }),
});
