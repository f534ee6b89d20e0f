import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { mayBeMissing, missingText } from "./tools.js";

const { CI, MISSING_TOOLS_OK } = process.env;

beforeEach(() => {
  delete process.env["CI"];
  delete process.env["MISSING_TOOLS_OK"];
});
afterEach(() => {
  Object.assign(
    process.env,
    CI === undefined ? {} : { CI },
    MISSING_TOOLS_OK === undefined ? {} : { MISSING_TOOLS_OK },
  );
});

test("tools may be missing, but not under CI unless it excuses all of them", () => {
  expect(mayBeMissing(["gcc"])).toBe(true);
  process.env["CI"] = "true";
  expect(mayBeMissing(["gcc"])).toBe(false);
  process.env["MISSING_TOOLS_OK"] = "pyzmq, gcc";
  expect(mayBeMissing(["gcc"])).toBe(true);
  expect(mayBeMissing(["gcc", "docker"])).toBe(false);
});

test("what is missing is named, with how to install it", () => {
  expect(missingText(["pyzmq", "netns"])).toMatch(/^pyzmq is missing: .*python3-zmq.*\. netns is missing: /);
});
