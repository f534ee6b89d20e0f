import { flag, integer, positionals, runRole } from "zmq-common";
import { demo } from "./demo.js";
import { CHAPTER, PATTERNS } from "./patterns.js";

// What is shown here is read by people: the roles' own lines, and of their log what went wrong
process.env["LOG_FORMAT"] ??= "text";
process.env["LOG_LEVEL"] ??= "warn";

await runRole(import.meta, demo, {
  patterns: positionals(`which patterns to run: ${PATTERNS.join(", ")}`, {
    choices: PATTERNS,
    default: CHAPTER,
  }),
  workers: integer("how many workers a pipeline has", { default: 4, min: 1, max: 64 }),
  port: integer("first of the TCP ports that are used: four, or 26 with --page", {
    default: 5555,
    min: 1,
    max: 65_510,
  }),
  page: flag("opens a live page in the browser, to see the patterns run and to break them"),
});
