/** What the README does with a server of one's own: it is asked from C, whatever it answers. */
import { expect } from "@jest/globals";
import { freeEndpoint, peer, role, testWith } from "process-kit/jest";

testWith("gcc", "a C program prints the reply of a server", async () => {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 0, reply: "3 euros" });
  const client = await peer("C", "ask", [endpoint, "tea"]);
  await client.done();
  expect(client.stdout).toBe("3 euros\n");
  await server.line(/^Received tea$/);
  await server.stop();
});
