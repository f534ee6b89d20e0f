import { address, endpoints, runRole, texts } from "zmq-common";
import { dashboard } from "./dashboard.js";

await runRole(import.meta, dashboard, {
  bind: endpoints("endpoint to bind, for the telemetry of roles", { default: ["tcp://127.0.0.1:5560"] }),
  http: address("where the page listens", { default: "127.0.0.1:5580" }),
  name: texts("another host and port that the page may be called by, such as monitor.example:5580"),
});
