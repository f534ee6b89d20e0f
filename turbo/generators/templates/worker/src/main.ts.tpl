import { remoteEndpoint, runRole } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  vent: remoteEndpoint("endpoint of the ventilator", { default: "{{peers.vent.endpoint}}" }),
  sink: remoteEndpoint("endpoint of the sink", { default: "{{peers.sink.endpoint}}" }),
});
