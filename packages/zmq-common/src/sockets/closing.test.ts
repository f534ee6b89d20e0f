import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Push, Reply } from "zeromq";
import { closeOnAbort, removeWithSocket } from "./closing.js";
import { pipe } from "../testing/pipe.js";

test("a scope closes the sockets it uses, however it is left", () => {
  let used: Reply | undefined;
  const scope = () => {
    using socket = new Reply();
    used = socket;
    throw new Error("out of here");
  };
  expect(scope).toThrow("out of here");
  expect(used?.closed).toBe(true);
});

describe("a signal", () => {
  test("ends a send that waits for a peer", async () => {
    using push = new Push();
    await push.bind("tcp://127.0.0.1:*");
    const controller = new AbortController();
    closeOnAbort(controller.signal, push);
    const sent = push.send("to nobody");
    controller.abort();
    await expect(sent).rejects.toThrow();
    expect(push.closed).toBe(true);
  });

  test("closes all its sockets", () => {
    const sockets = [new Push(), new Reply()];
    const controller = new AbortController();
    closeOnAbort(controller.signal, ...sockets);
    expect(sockets.map(({ closed }) => closed)).toEqual([false, false]);
    controller.abort();
    expect(sockets.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test("that is aborted already closes them at once", () => {
    const push = new Push();
    closeOnAbort(AbortSignal.abort(), push);
    expect(push.closed).toBe(true);
  });

  test("lets through what is queued", async () => {
    using line = await pipe();
    line.push.linger = 5000;
    const controller = new AbortController();
    closeOnAbort(controller.signal, line.push);
    for (let n = 0; n < 100; n++) await line.push.send(String(n));
    controller.abort();
    for (let n = 0; n < 100; n++) expect(String(await line.pull.receive())).toBe(String(n));
  });
});

describe("a file", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "closing-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("that no socket has bound is never removed", () => {
    const file = join(folder, "precious");
    writeFileSync(file, "");
    {
      using socket = new Push();
      removeWithSocket(socket, file);
      removeWithSocket(socket, join(folder, "missing"));
    }
    expect(existsSync(file)).toBe(true);
  });
});
