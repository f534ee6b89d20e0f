import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { MAX_COUNT, parseCommand } from "./messages.js";

const run = { verb: "run", view: "pipeline", experiment: "kill", count: 5, wait: true };

test.each([
  run,
  { verb: "add", pattern: "hello" },
  { verb: "stop", view: "both" },
  { verb: "kill", child: "taskwork-3" },
  { verb: "freeze", child: "taskwork-3" },
  { verb: "thaw", child: "taskwork-3" },
])("takes %j", (given) => expect(parseCommand(given)).toEqual(given));

test.each([
  undefined,
  null,
  "kill",
  [],
  {},
  { ...run, verb: "exec" },
  { ...run, view: "__proto__" },
  { ...run, experiment: "../../bin/sh" },
  { ...run, count: 0 },
  { ...run, count: MAX_COUNT + 1 },
  { ...run, count: "4" },
  { ...run, wait: "yes" },
  { verb: "add" },
  { verb: "add", pattern: "both" },
  { verb: "kill", child: 4711 },
  { verb: "kill", child: "--help; ls" },
])("refuses %j", (given) => expect(parseCommand(given)).toBeUndefined());

test("lets nothing through that it does not know", () => {
  expect(parseCommand({ ...run, pid: 1, flags: ["--eval"] })).toEqual(run);
});

test("never throws", () => {
  fc.assert(
    fc.property(fc.anything(), (given) => {
      parseCommand(given);
    }),
  );
});
