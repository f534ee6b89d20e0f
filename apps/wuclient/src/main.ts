import { endpoints, integer, runRole, texts } from "zmq-common";
import { wuclient } from "./wuclient.js";

await runRole(import.meta, wuclient, {
  filters: texts("zip codes, or their first digits, to subscribe to", ["10001 "]),
  connect: endpoints("endpoint of a weather server", ["tcp://localhost:5556"]),
  updates: integer("how many updates to collect for each filter", { fallback: 100, least: 1 }),
});
