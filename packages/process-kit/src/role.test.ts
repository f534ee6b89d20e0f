import { expect, test } from "@jest/globals";
import { roleArguments } from "./role-options.js";
import { mainModule } from "./role.js";

test("options become flags, and those with several values repeat theirs", () => {
  const options = { bind: ["tcp://*:5557", "ipc://vent"], sink: "tcp://localhost:5558", workers: 0 };
  expect(roleArguments("taskvent", options)).toEqual(
    ["--bind tcp://*:5557", "--bind ipc://vent", "--sink tcp://localhost:5558", "--workers 0"].flatMap(
      (flag) => flag.split(" "),
    ),
  );
});

test("camel case becomes dashes, and what is undefined is left out", () => {
  expect(roleArguments("taskwork", { vent: undefined, curveDir: "keys" })).toEqual(["--curve-dir", "keys"]);
});

test("positionals come first, and may be empty", () => {
  const options = { updates: 10, filters: ["", "10001 "] };
  expect(roleArguments("wuclient", options)).toEqual(["", "10001 ", "--updates", "10"]);
});

test("a command comes last, and a flag has no value", () => {
  const options = { command: ["convert", "{}"], forever: true, window: 1 };
  expect(roleArguments("jobwork", options).join(" ")).toBe("--forever --window 1 -- convert {}");
  expect(roleArguments("jobsink", { sync: false })).toEqual([]);
});

test("a role that is not known takes any flags", () => {
  expect(roleArguments("no-such-role", { bind: "tcp://*:5560", jobs: 3 })).toEqual([
    "--bind",
    "tcp://*:5560",
    "--jobs",
    "3",
  ]);
});

test("an app that is not built, or not there, is named", () => {
  expect(() => mainModule("no-such-app")).toThrow(/Expected no-such-app to be built.* run `pnpm build`/);
});
