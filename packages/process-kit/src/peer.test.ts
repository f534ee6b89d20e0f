import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { peer, peerCommand, testWith } from "./jest.js";

const folder = mkdtempSync(join(tmpdir(), "peers-"));
afterAll(() => rmSync(folder, { recursive: true }));

const program = (prints: string) =>
  `#include "peer.h"\n#include <stdio.h>\nint main (int argc, char **argv) { printf ("${prints} %s", argv [argc - 1]); }\n`;

testWith(
  "gcc",
  "a program of another folder is compiled, with the headers of tests/peers, when it changes",
  async () => {
    for (const prints of ["one", "two"]) {
      writeFileSync(join(folder, "printer.c"), program(prints));
      const printer = await peer("C", "printer", [5], { folder });
      await printer.done();
      expect(printer.stdout).toBe(`${prints} 5`);
    }
  },
);

testWith("gcc", "a program that does not compile says why", async () => {
  writeFileSync(join(folder, "broken.c"), "int main () { return nothing; }\n");
  await expect(peer("C", "broken", [], { folder })).rejects.toThrow(/nothing.* undeclared/);
});

testWith("pyzmq", "a peer in Python is its source, run by the Python that has pyzmq", async () => {
  const [, source, ...args] = await peerCommand("Python", "hello_server", ["tcp://*:5555", 1]);
  expect(source).toMatch(/hello_server\.py$/);
  expect(args).toEqual(["tcp://*:5555", "1"]);
});

test("a peer that does not exist is named", async () => {
  await expect(peerCommand("C", "no_such_peer")).rejects.toThrow("got no no_such_peer.c");
});
