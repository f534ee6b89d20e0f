import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { pino } from "pino";
import { RefusedError } from "../connection-log.js";
import { Refusals } from "./refusals.js";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function refusals() {
  const errors: Error[] = [];
  const context = { log: pino({ level: "silent" }), onFatalError: (error: Error) => errors.push(error) };
  return { of: new Refusals(["tcp://a:1", "tcp://b:1"], context), errors };
}

test("a role ends two seconds after the last of its servers has refused it", () => {
  const { of, errors } = refusals();
  of.add("tcp://a:1", "refused by a");
  of.add("tcp://a:1", "refused by a again");
  jest.advanceTimersByTime(60_000);
  expect(errors).toEqual([]);
  of.add("tcp://b:1", "refused by b");
  jest.advanceTimersByTime(1999);
  expect(errors).toEqual([]);
  of.add("tcp://a:1", "refused by a once more");
  jest.advanceTimersByTime(1);
  expect(errors).toEqual([new RefusedError("refused by b")]);
});

test("it goes on if one of them admits it in the meantime, or is gone", () => {
  const { of, errors } = refusals();
  for (const server of ["tcp://a:1", "tcp://b:1"]) of.add(server, "refused");
  of.delete("tcp://a:1");
  jest.advanceTimersByTime(60_000);
  expect(errors).toEqual([]);
  of.add("tcp://a:1", "refused by a");
  jest.advanceTimersByTime(2000);
  expect(errors).toEqual([new RefusedError("refused by a")]);
});

test("of a name with several addresses, the server at each of them has to refuse it", () => {
  const { of, errors } = refusals();
  of.setServers("tcp://a:1", ["tcp://192.0.2.1:1", "tcp://192.0.2.2:1"]);
  for (const server of ["tcp://192.0.2.1:1", "tcp://b:1"]) of.add(server, "refused");
  jest.advanceTimersByTime(60_000);
  expect(errors).toEqual([]);
  of.add("tcp://192.0.2.2:1", "refused by the last");
  of.setServers("tcp://a:1", ["tcp://192.0.2.1:1", "tcp://192.0.2.2:1", "tcp://192.0.2.3:1"]);
  jest.advanceTimersByTime(60_000);
  expect(errors).toEqual([]);
  of.add("tcp://192.0.2.3:1", "refused by a new one");
  jest.advanceTimersByTime(2000);
  expect(errors).toEqual([new RefusedError("refused by a new one")]);
});
