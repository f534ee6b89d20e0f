import { integer, milliseconds, remoteEndpoints, runRole, text } from "zmq-common";
import { helloClient } from "./hello-client.js";

await runRole(import.meta, helloClient, {
  connect: remoteEndpoints("endpoint of a server", { default: ["tcp://localhost:5555"] }),
  requests: integer("how many requests to send", { default: 10 }),
  message: text("what to send", { default: "Hello" }),
  timeout: milliseconds("how long to wait for a reply before trying again", { default: 2500, min: 1 }),
  retries: integer("how many tries a request has in all; without it, any number", { min: 1 }),
});
