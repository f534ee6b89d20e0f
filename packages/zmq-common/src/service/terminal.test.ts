import { getEventListeners } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "@jest/globals";
import { pressEnter } from "./terminal.js";

const { signal: never } = new AbortController();

test.each(["\n", "\r\n", "yes\n"])("is told of Enter (%j)", async (typed) => {
  const input = new PassThrough();
  const pressed = pressEnter(input, never);
  input.write(typed);
  expect(await pressed).toBe(true);
});

test("is told of the end of the input", async () => {
  const input = new PassThrough();
  const pressed = pressEnter(input, never);
  input.end();
  expect(await pressed).toBe(false);
});

test("leaves nothing behind", async () => {
  const input = new PassThrough();
  const { signal } = new AbortController();
  const before = input.eventNames();
  const pressed = pressEnter(input, signal);
  input.write("\n");
  await pressed;
  expect(input.isPaused()).toBe(true);
  expect(input.eventNames()).toEqual(before);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("ends with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("stopped");
  const pressed = pressEnter(new PassThrough(), controller.signal);
  controller.abort(reason);
  await expect(pressed).rejects.toBe(reason);
  await expect(pressEnter(new PassThrough(), controller.signal)).rejects.toBe(reason);
});
