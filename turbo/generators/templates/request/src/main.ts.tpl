import { integer, milliseconds, remoteEndpoints, runRole, text } from "zmq-common";
import { {{id}} } from "./{{name}}.js";

await runRole(import.meta, {{id}}, {
  connect: remoteEndpoints("endpoint of a server", { default: ["{{peers.connect.endpoint}}"] }),
  requests: integer("how many requests to send", { default: 10 }),
  message: text("what to send", { default: "Hello" }),
  timeout: milliseconds("how long to wait for a reply before trying again", { default: 2500, min: 1 }),
});
