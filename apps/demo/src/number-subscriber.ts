import { remoteEndpoints, runRole } from "zmq-common";
import { subscribeToNumbers } from "./numbers/subscribe.js";

await runRole(
  import.meta,
  subscribeToNumbers,
  { connect: remoteEndpoints("endpoint of the publisher", { default: ["tcp://localhost:5556"] }) },
  { name: "number-subscriber" },
);
