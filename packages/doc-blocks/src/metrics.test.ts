import { expect, test } from "@jest/globals";
import { metricsTable, parseMetrics } from "./metrics.js";

const text = `# HELP process_open_fds Number of open file descriptors.
# TYPE process_open_fds gauge
process_open_fds 34

# HELP zeromq_peers Peers that are connected
# TYPE zeromq_peers gauge
zeromq_peers{socket="REP",side="bind"} 0
zeromq_peers{socket="SUB",side="connect"} 1

# HELP zeromq_retries_total Requests tried again
# TYPE zeromq_retries_total counter
zeromq_retries_total 0
`;

const peers = {
  name: "zeromq_peers",
  type: "gauge",
  help: "Peers that are connected",
  labels: ["socket", "side"],
};
const retries = { name: "zeromq_retries_total", type: "counter", help: "Requests tried again", labels: [] };

test("reads what a role serves, but for what every process of Node.js has", () => {
  expect(parseMetrics(text)).toEqual([peers, retries]);
});

test("says which roles have a metric", () => {
  const roles = new Map([
    ["hello-server", [peers]],
    ["hello-client", [peers, retries]],
  ]);
  expect(metricsTable(roles).split("\n").slice(2)).toEqual([
    "| `zeromq_peers` | gauge | `socket`, `side` | all | Peers that are connected |",
    "| `zeromq_retries_total` | counter |  | hello-client | Requests tried again |",
  ]);
});
