import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Pull, Push } from "zeromq";
import { CurveKeys } from "./curve-keys.js";
import { makeKeys } from "./make-keys.js";
import { closeOnAbort } from "../sockets/closing.js";
import { bindEndpoints, connectEndpoints } from "../sockets/connecting.js";
import { RefusedError } from "../sockets/connection-log.js";
import { messages } from "../sockets/messages.js";
import { type RunningRole, startRole } from "../testing/role.js";
import { zapHandler } from "../testing/zap-handler.js";

/** The folder of keys that both sides share: of a sink, and of a worker that it admits. */
let dir = "";
/** The folder of one who made himself a worker's key, and has the sink's public certificate. */
let strange = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "keys-"));
  strange = mkdtempSync(join(tmpdir(), "strange-"));
  makeKeys(dir, "sink", { authorize: false });
  makeKeys(dir, "worker", { authorize: true });
  makeKeys(strange, "worker", { authorize: false });
  copyFileSync(join(dir, "sink"), join(strange, "sink"));
});
afterEach(() => {
  for (const folder of [dir, strange]) rmSync(folder, { recursive: true });
});

/** PULL, bound: prints what it receives. */
const sink = (keys?: CurveKeys) =>
  startRole(
    async (_options, { print, ...context }) => {
      using _ = await zapHandler(keys, context.log);
      using pull = new Pull();
      const [endpoint] = await bindEndpoints(pull, ["tcp://127.0.0.1:*"], context);
      context.log.info(`bound ${endpoint}`);
      for await (const [frame] of messages(pull, context)) print(String(frame));
    },
    {},
    { keys },
  );

/** PUSH -> sink: sends "Hello", and stays. */
const worker = (endpoint: string, keys?: CurveKeys) =>
  startRole(
    async (_, { signal, ...context }) => {
      using push = new Push({ linger: 0 });
      connectEndpoints(push, [endpoint], context, "sink");
      closeOnAbort(signal, push);
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await push.send("Hello").catch(() => {});
      await aborted;
      signal.throwIfAborted();
    },
    {},
    { keys },
  );

const said = (role: RunningRole, text: string) => role.logged.some(({ msg }) => msg.includes(text));

test("a server with a key is not warned of being open", async () => {
  await using server = startRole(
    async (_, context) => {
      using pull = new Pull();
      await bindEndpoints(pull, ["tcp://*:*"], context);
    },
    {},
    { keys: new CurveKeys(dir, "sink") },
  );
  await server.done;
  expect(server.logged).toEqual([]);
});

test("a client whose key is authorized gets through", async () => {
  await using server = sink(new CurveKeys(dir, "sink"));
  await using _client = worker(await server.endpoint(), new CurveKeys(dir, "worker"));
  await server.until(() => server.printed === "Hello");
});

test("a client whose key is not is told so, and gets nothing through", async () => {
  await using server = sink(new CurveKeys(dir, "sink"));
  const endpoint = await server.endpoint();
  await using client = worker(endpoint, new CurveKeys(strange, "worker"));
  await expect(client.done).rejects.toThrow(
    new RefusedError(`refused by ${endpoint}: it does not know our key`),
  );
  expect(said(server, `refused 127.0.0.1: its key is not in ${join(dir, "authorized")}`)).toBe(true);
  expect(server.printed).toBe("");
});

test("a client without a key is told that it needs one", async () => {
  await using server = sink(new CurveKeys(dir, "sink"));
  const endpoint = await server.endpoint();
  await using client = worker(endpoint);
  await expect(client.done).rejects.toThrow(
    new RefusedError(`refused by ${endpoint}: it asks for a key (--curve-dir)`),
  );
  expect(server.printed).toBe("");
});

test("a client with a key sends nothing to a server without", async () => {
  await using server = sink();
  const endpoint = await server.endpoint();
  await using client = worker(endpoint, new CurveKeys(dir, "worker"));
  await expect(client.done).rejects.toThrow(
    new RefusedError(`no connection to ${endpoint}: it has no key, and we ask for one`),
  );
  expect(server.printed).toBe("");
});

test("a client sends nothing to a server with another key than it expects, and says so", async () => {
  await using server = sink(new CurveKeys(dir, "sink"));
  const endpoint = await server.endpoint();
  copyFileSync(join(strange, "worker"), join(strange, "sink"));
  await using client = worker(endpoint, new CurveKeys(strange, "worker"));
  await client.until(() =>
    said(client, `handshake with ${endpoint} broken off; is its key the one we have for sink?`),
  );
  expect(server.printed).toBe("");
});

test("a key that is added or removed counts from the next connection on", async () => {
  await using server = sink(new CurveKeys(dir, "sink"));
  const endpoint = await server.endpoint();
  const authorized = join(dir, "authorized", "stranger");
  const refused = async () => {
    await using client = worker(endpoint, new CurveKeys(strange, "worker"));
    await expect(client.done).rejects.toThrow(RefusedError);
  };
  await refused();
  copyFileSync(join(strange, "worker"), authorized);
  {
    await using _client = worker(endpoint, new CurveKeys(strange, "worker"));
    await server.until(() => server.printed === "Hello");
  }
  rmSync(authorized);
  await refused();
  expect(server.printed).toBe("Hello");
});
