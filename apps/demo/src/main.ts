import { integer, runRole, words } from "zmq-common";
import { demo } from "./demo.js";
import { PATTERNS } from "./patterns.js";

// What is shown here is read by people: the roles' own lines, and of their log what went wrong
process.env["LOG_FORMAT"] ??= "text";
process.env["LOG_LEVEL"] ??= "warn";

await runRole(import.meta, demo, {
  patterns: words(`which patterns to run: ${PATTERNS.join(", ")}`, PATTERNS, PATTERNS),
  workers: integer("how many workers the pipeline has", { fallback: 4, least: 1, most: 64 }),
  port: integer("first of the four TCP ports that are used", { fallback: 5555, least: 1, most: 65_532 }),
});
