import { endpoints, runRole, text } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  bind: endpoints("endpoint to bind", { default: ["{{binds}}"] }),
  reply: text("reply to every request", { default: "World" }),
});
