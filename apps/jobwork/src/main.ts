import { flag, integer, milliseconds, positionals, remoteEndpoint, runRole } from "zmq-common";
import { jobwork } from "./jobwork.js";

await runRole(
  import.meta,
  jobwork,
  {
    command: positionals("what to run for each job, put in for {} or added; without it, sleeps", {
      default: [],
      verbatim: true,
    }),
    vent: remoteEndpoint("endpoint of the ventilator", { default: "tcp://localhost:5561" }),
    window: integer("most jobs held at once; without it, adapts to how long they take", {
      min: 1,
      max: 100_000,
    }),
    timeout: milliseconds("how long a job may take; without it, any time", { min: 1 }),
    ttl: integer(
      "after how much silence the ventilator gives this worker up",
      { default: 10_000, min: 100, max: 3_600_000 },
      "ms",
    ),
    grace: milliseconds("how long the job that runs may still take after a stop", { default: 5000 }),
    forever: flag("goes on to the next batch instead of ending with one"),
  },
  { grace: ({ grace }) => grace },
);
