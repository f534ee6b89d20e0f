import { integer, positionals, remoteEndpoints, runRole } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  filters: positionals("beginnings of the updates to receive; an empty one: all updates", { default: [""] }),
  connect: remoteEndpoints("endpoint of a publisher", { default: ["{{peers.connect.endpoint}}"] }),
  updates: integer("how many updates to receive", { default: 10, min: 1 }),
});
