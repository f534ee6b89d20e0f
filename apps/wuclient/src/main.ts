import { integer, positionals, remoteEndpoints, runRole } from "zmq-common";
import { wuclient } from "./wuclient.js";

await runRole(import.meta, wuclient, {
  filters: positionals('zip codes, or their first digits; "" for all, in the variable with its quotes', {
    default: ["10001 "],
  }),
  connect: remoteEndpoints("endpoint of a weather server", { default: ["tcp://localhost:5556"] }),
  updates: integer("how many updates to collect for each filter", { default: 100, min: 1 }),
});
