import { endpoints, integer, runRole } from "zmq-common";
import { publishNumbers } from "./numbers/publish.js";

await runRole(
  import.meta,
  publishNumbers,
  {
    bind: endpoints("endpoint to bind", { default: ["tcp://*:5556"] }),
    numbers: integer("how many numbers to publish", { default: 1000, min: 1, max: 999_999_999 }),
    rate: integer("numbers a second", { default: 250, min: 1 }),
    subscribers: integer("how many subscribers to wait for", { default: 0, min: 0 }),
  },
  { name: "number-publisher" },
);
