/** Thousands of random histories of a batch, with all that may go wrong; see testing/simulation.ts. */
import { test } from "@jest/globals";
import * as fc from "fast-check";
import { histories, runHistory } from "./testing/histories.js";
import { Simulation } from "./testing/simulation.js";

test("whatever goes wrong, each job is counted once, or dead for a good reason", () => {
  fc.assert(
    fc.property(histories, (history) => runHistory({ Simulation }, history)),
    { numRuns: 3000 },
  );
}, 60_000);
