import { expect, test } from "@jest/globals";
import { beside, Program } from "./processes.js";

const script = (source: string) => [process.execPath, "-e", source];

test("what is kept is all there at the end", async () => {
  const program = new Program(script("for (let n = 0; n < 10000; n++) console.log(n)"), "kept");
  expect(await program.done()).toBeGreaterThan(0);
  program.expect(Array.from({ length: 10_000 }, (_, n) => `${n}\n`).join(""));
  expect(() => program.expect(/never/)).toThrow("never");
});

test("a program that fails says why", async () => {
  const program = new Program(script("console.error('no such thing'); process.exit(3)"));
  await expect(program.done()).rejects.toThrow(/ended with 3\nno such thing/);
});

test("a server that ends before it binds is not waited for", async () => {
  const measured = beside(
    () => script("console.error('in use')"),
    () => Promise.resolve(1),
  );
  await expect(measured).rejects.toThrow("in use");
});

test("what is printed is seen, and what never will be is an error", async () => {
  await using program = new Program(script("console.log('ready'); setTimeout(() => {}, 100)"));
  await program.printed(/^ready$/m);
  await expect(program.printed(/set/)).rejects.toThrow("ended without /set/");
});

test("a program is gone at the end of its block", async () => {
  let pid: number;
  {
    await using program = new Program(script("setInterval(() => {}, 1000)"));
    ({ pid } = program);
    process.kill(pid, 0);
  }
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
