import { endpoints, integer, runRole } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  bind: endpoints("endpoint to bind", { default: ["{{binds}}"] }),
  tasks: integer("how many tasks to send", { default: 10 }),
  workers: integer("how many workers to wait for", { default: 1 }),
});
