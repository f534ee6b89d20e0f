import { endpoints, milliseconds, runRole, text } from "zmq-common";
import { helloServer } from "./hello-server.js";

await runRole(import.meta, helloServer, {
  bind: endpoints("endpoint to bind", ["tcp://*:5555"]),
  work: milliseconds("how long the work on a request takes", 1000),
  reply: text("what every request gets", "World"),
});
