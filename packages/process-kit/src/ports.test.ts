import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { freePort, start } from "./jest.js";

test("free ports are distinct, and can be bound", async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
  for (const port of ports) {
    const server = createServer();
    await once(server.listen(port, "127.0.0.1"), "listening");
    await once(server.close(), "close");
  }
});

test("free ports in a row are all reserved", async () => {
  const first = await freePort(4);
  for (const nth of [0, 1, 2, 3]) {
    const other = createSocket("udp4");
    other.bind(first + nth, "127.0.0.1");
    await expect(once(other, "listening")).rejects.toThrow("EADDRINUSE");
    other.close();
  }
});

test("a free port is reserved among all that ask for one, and can still be bound over TCP", async () => {
  const port = await freePort();
  const other = start([
    process.execPath,
    "-e",
    `require("node:dgram").createSocket("udp4").on("error", ({ code }) => console.log(code)).bind(${port}, "127.0.0.1");
     require("node:net").createServer().listen(${port}, () => console.log("listening")).unref();`,
  ]);
  await other.line(/^EADDRINUSE$/);
  await other.line(/^listening$/);
});
