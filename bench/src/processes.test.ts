import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import type { Command } from "process-kit";
import { alongside, counted, expectOutput, run } from "./processes.js";

const script = (source: string): Command => [process.execPath, "-e", source];

const listen = (endpoint: string) =>
  script(`require("net").createServer((socket) => socket.end()).listen(${new URL(endpoint).port})`);

test("what a program prints is checked when it has ended", async () => {
  const print = (text: string) => run(script(`process.stdout.write("${text}")`), { output: "file" });
  expect(await expectOutput(await print("ready"), "ready")).toEqual(["ready"]);
  expect((await expectOutput(await print("took 5 s"), /took (\d+)/))[1]).toBe("5");
  await expect(expectOutput(await print("ready"), "set")).rejects.toThrow(/Expected set, got[^]*ready/);
  await expect(expectOutput(await run(script("process.exit(3)")), "")).rejects.toThrow("code: 3");
});

test("what is counted is told per second", async () => {
  expect(await counted(script("console.log('300 150')"))).toBe(2000);
});

test("a server has bound its endpoint when it is measured, and is gone afterwards", async () => {
  let pid = NaN;
  await alongside(listen, async (endpoint, server) => {
    pid = server.pid ?? NaN;
    await once(connect(Number(new URL(endpoint).port), "127.0.0.1").resume(), "end");
    return 1;
  });
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("a server that ends without binding is not waited for", async () => {
  const measured = alongside(
    () => script("console.error('in use')"),
    () => Promise.resolve(1),
  );
  await expect(measured).rejects.toThrow("in use");
});
