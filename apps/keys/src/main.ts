import { checkKeyName, positionals, runRole, text } from "zmq-common";
import { keys } from "./keys.js";

// What is said here is read by people
process.env["LOG_FORMAT"] ??= "text";

await runRole(import.meta, keys, {
  names: {
    ...positionals("for whom to make a key pair; with .key at its end, in files named as pyzmq has it", {
      default: [
        "hello-server",
        "hello-client",
        "wuserver",
        "wuclient",
        "taskvent",
        "taskwork",
        "tasksink",
        "jobvent",
        "jobwork",
        "jobsink",
        "dashboard",
      ],
    }),
    parse: checkKeyName,
  },
  dir: text("folder to put the keys into: the --curve-dir of a role", { default: "curve" }),
});
