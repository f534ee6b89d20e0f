import { capability } from "zeromq";
import { endpoints, integer, runRole } from "zmq-common";
import { wuserver } from "./wuserver.js";

await runRole(import.meta, wuserver, {
  bind: endpoints("endpoint to bind", {
    // ipc is not available on Windows
    default: ["tcp://*:5556", ...(capability.ipc ? ["ipc://weather.ipc"] : [])],
  }),
  rate: integer("updates a second; 0: as many as possible", { default: 0 }),
  seed: integer("the same seed gives the same updates; without it, they are random"),
});
