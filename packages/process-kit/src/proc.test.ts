import { open } from "node:fs/promises";
import { expect, test } from "@jest/globals";
import { eventually, start } from "./jest.js";
import { cpuTime, openDescriptors, peakMemory, residentMemory } from "./proc.js";

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux("the descriptors of a process are counted", async () => {
  const before = openDescriptors(process.pid);
  await using _file = await open(import.meta.filename);
  expect(openDescriptors(process.pid)).toBe(before + 1);
});

onLinux("the memory of a process is what it says itself", () => {
  expect(residentMemory(process.pid)).toBeCloseTo(process.memoryUsage.rss() / 2 ** 20, -2);
  expect(peakMemory(process.pid)).toBeCloseTo(process.resourceUsage().maxRSS / 2 ** 10, -2);
});

onLinux("a process that computes takes time, and one that has ended has no memory", async () => {
  const busy = start([process.execPath, "-e", "for (;;);"]);
  const { pid = NaN } = busy;
  await eventually(() => cpuTime(pid) > 100, "a tenth of a second of computing");
  await busy.end();
  expect(() => residentMemory(pid)).toThrow();
});
