import { runRole, text, texts } from "zmq-common";
import { keys } from "./keys.js";

// What is said here is read by people
process.env["LOG_FORMAT"] ??= "text";

await runRole(import.meta, keys, {
  names: texts("for whom to make a key pair", [
    "hello-server",
    "hello-client",
    "wuserver",
    "wuclient",
    "taskvent",
    "taskwork",
    "tasksink",
  ]),
  dir: text("folder to put the keys into: the --curve-dir of a role", "curve"),
});
