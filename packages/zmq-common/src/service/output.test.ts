import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { Output } from "./output.js";

/** An output whose reader stands still, until it is told to read. */
function standingStill(isTTY = false) {
  let text = "";
  let done: (() => void) | undefined;
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _, callback) {
      text += chunk;
      done = callback;
    },
  });
  const output = new Output(
    () => Object.assign(stream, { isTTY, fd: 1 }) as unknown as typeof process.stdout,
  );
  const dropped: number[] = [];
  output.onDropped = (count) => dropped.push(count);
  /** Reads all that waits. */
  async function read(): Promise<string> {
    while (done !== undefined) {
      const callback = done;
      done = undefined;
      callback();
      await setImmediate();
    }
    return text;
  }
  return { stream, output, dropped, read };
}

test("nothing is lost, whenever it is read", async () => {
  const { output, dropped, read } = standingStill();
  let expected = "";
  for (let n = 0; n < 50_000; n++) {
    output.write(`line ${n}\n`);
    expected += `line ${n}\n`;
    if (n === 20_000) await read();
  }
  expect(await read()).toBe(expected);
  expect(output.waiting).toBe(0);
  expect(dropped).toEqual([]);
});

test("what does not fit is dropped and counted, and the rest is complete", async () => {
  const { output, dropped, read } = standingStill();
  const line = `${"x".repeat(99)}\n`;
  for (let n = 0; n < 20_000; n++) output.write(line);
  expect(output.waiting).toBeLessThan(1.1 * 1024 * 1024);
  const text = await read();
  expect(text).toMatch(/^(?:x{99}\n)+$/);
  expect(dropped).toHaveLength(1);
  expect(text.length / line.length + (dropped[0] ?? 0)).toBe(20_000);

  output.write("more\n");
  expect((await read()).slice(text.length)).toBe("more\n");
  expect(dropped).toHaveLength(1);
});

test.each([
  ["EPIPE", false, "closed"],
  ["ECONNRESET", false, "closed"],
  ["ENOSPC", false, "error"],
  ["EIO", false, "error"],
  ["EIO", true, "nothing"],
])("%s (on a terminal: %s) is told as: %s", (code, isTTY, told) => {
  const { stream, output } = standingStill(isTTY);
  let was = "nothing";
  output.onClosed = () => (was = "closed");
  output.onError = () => (was = "error");
  output.write("line\n");
  stream.emit("error", Object.assign(new Error(code), { code }));
  expect(was).toBe(told);
});
