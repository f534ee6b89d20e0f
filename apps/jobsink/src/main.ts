import { endpoints, flag, path, runRole } from "zmq-common";
import { jobsink } from "./jobsink.js";

await runRole(import.meta, jobsink, {
  bind: endpoints("endpoint to bind", { default: ["tcp://*:5562"] }),
  output: path("file for the results, a line `id<TAB>result` each; - for stdout"),
  journal: path("folder for the journal; without it, all is done again after a restart"),
  sync: flag("has the journal survive a power failure, too"),
});
