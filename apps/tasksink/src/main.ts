import { endpoints, integer, milliseconds, runRole } from "zmq-common";
import { tasksink } from "./tasksink.js";

await runRole(import.meta, tasksink, {
  bind: endpoints("endpoint to bind", { default: ["tcp://*:5558"] }),
  tasks: integer("how many results make the batch", { default: 100, min: 1 }),
  timeout: milliseconds("how long to wait for each result before giving up; without it, forever", { min: 1 }),
});
