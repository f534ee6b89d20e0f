import { expect, test } from "@jest/globals";
import { startProgram } from "../testing/program.js";

/** The I/O threads of sockets that are connected to an endpoint, by another module's socket before it or not. */
async function threads(before: string): Promise<string> {
  const program = startProgram(`
    import { Pull, Push } from "zeromq";
    ${before}
    const { connectEndpoints } = await import("./sockets/connecting.ts");
    for (const endpoint of ["tcp://name.invalid:5555", "tcp://localhost:5555", "tcp://127.0.0.1:5555"]) {
      const push = new Push();
      connectEndpoints(push, [endpoint]);
      console.log(endpoint, push.affinity === 2 ? "second" : "first");
      push.close();
    }`);
  await program.done();
  return program.stdout;
}

test("libzmq looks names up in the second I/O thread, and connects in the first one", async () => {
  expect(await threads("")).toBe(
    "tcp://name.invalid:5555 second\ntcp://localhost:5555 first\ntcp://127.0.0.1:5555 first\n",
  );
});

test("with a single I/O thread, because a socket was made early, it does both there", async () => {
  const before = "const early = new Pull(); await early.bind('tcp://127.0.0.1:*'); early.close();";
  expect(await threads(before)).toBe(
    "tcp://name.invalid:5555 first\ntcp://localhost:5555 first\ntcp://127.0.0.1:5555 first\n",
  );
});
