import { endpoints, milliseconds, runRole, text } from "zmq-common";
import { helloServer } from "./hello-server.js";

await runRole(import.meta, helloServer, {
  bind: endpoints("endpoint to bind", { default: ["tcp://*:5555"] }),
  work: milliseconds("how long the work on a request takes", { default: 1000 }),
  reply: text("reply to every request", { default: "World" }),
});
