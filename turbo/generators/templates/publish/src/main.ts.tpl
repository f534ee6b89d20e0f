import { endpoints, integer, runRole } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  bind: endpoints("endpoint to bind", { default: ["{{binds}}"] }),
  rate: integer("updates a second; 0: as many as possible", { default: 2 }),
});
