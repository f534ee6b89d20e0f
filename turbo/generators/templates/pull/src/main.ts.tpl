import { endpoints, integer, runRole } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  bind: endpoints("endpoint to bind", { default: ["{{binds}}"] }),
  results: integer("how many results to collect; without it, goes on until it is stopped", { min: 1 }),
});
