import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { freePort } from "./ports.js";

test("free ports are distinct, and can be bound", async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
  for (const port of ports) {
    const server = createServer();
    await once(server.listen(port, "127.0.0.1"), "listening");
    await once(server.close(), "close");
  }
});
