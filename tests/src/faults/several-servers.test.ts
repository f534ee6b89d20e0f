/** One bad server of several: it costs the others' clients as little as can be. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { freeEndpoint, role } from "process-kit/jest";
import { Router } from "zeromq";
import { bound, receive } from "../support/sockets.js";

const replies = (stdout: string) => stdout.match(/^Received World \d+$/gm) ?? [];

describe("hello-client with two servers, one of which does not reply,", () => {
  test("loses one try to it, and then asks the other one", async () => {
    // It takes requests and never answers
    const { socket: hanging, endpoint: bad } = await bound(new Router());
    const good = await freeEndpoint();
    const server = role("hello-server", { bind: good, work: 0 });
    await server.untilLogged(/waiting for requests/);
    const client = role("hello-client", {
      connect: [bad, good],
      requests: 500,
      timeout: 2000,
      retries: 2,
    });
    await client.done();
    expect(replies(client.stdout)).toHaveLength(500);
    // The first of a run may go to the bad one; from then on it is passed over for four seconds
    const lost = client.logLines(/^no reply from /);
    expect(lost.length).toBeLessThanOrEqual(1);
    for (const { msg } of lost) expect(msg).toBe(`no reply from ${bad} within 2000 ms; trying again`);
    hanging.close();
    await server.stop();
  });

  test.each(Array.from({ length: 8 }, (_, n) => n + 1))(
    "completes a run of three, whichever is first (%d)",
    async () => {
      const { endpoint: bad } = await bound(new Router());
      const { socket: router, endpoint: good } = await bound(new Router());
      const client = role("hello-client", { connect: [bad, good], requests: 3, timeout: 250, retries: 2 });
      for (let n = 0; n < 3; n++) {
        const [sender = ""] = await receive(router);
        await router.send([sender, "", "World"]);
      }
      await client.done();
      expect(replies(client.stdout)).toHaveLength(3);
    },
  );

  test("goes on when it is stopped in the middle, and uses it again when it goes on", async () => {
    const [one, two] = [await freeEndpoint(), await freeEndpoint()];
    const servers = [one, two].map((bind) => role("hello-server", { bind, work: 5 }));
    for (const server of servers) await server.untilLogged(/waiting for requests/);
    const client = role("hello-client", { connect: [one, two], requests: 1_000_000, timeout: 1000 });
    await client.line(/^Received World 20$/);
    servers[0]?.kill("SIGSTOP");
    await client.untilLogged(/^no reply from /);
    const [, last = "0"] = await client.until(/Sending Hello (\d+)\.{3}\n$/);
    await client.line(new RegExp(`^Received World ${Number(last) + 100}$`));
    expect(client.logLines(/^no reply from /)).toHaveLength(1);

    servers[0]?.kill("SIGCONT");
    const before = servers[0]?.stdout.length ?? 0;
    await servers[0]?.until(new RegExp(`^[^]{${before + 200}}`));
    await client.stop();
    for (const server of servers) await server.stop();
  });
});

describe("a client with two servers, one of which refuses its key,", () => {
  let folder = "";
  /** The keys of a server that admits the client, and of one that does not yet. */
  let keys = "";
  let refusing = "";
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "several-"));
    keys = join(folder, "keys");
    refusing = join(folder, "refusing");
    await role("keys", { dir: keys }).done();
    await role("keys", { dir: refusing }).done();
    // Both servers have the same key; only one knows the clients'
    for (const name of ["hello-server", "wuserver"]) {
      for (const file of [name, `${name}_secret`]) copyFileSync(join(keys, file), join(refusing, file));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const refused = (endpoint: string) =>
    new RegExp(`^refused by ${endpoint}: it does not know our key; trying again$`);
  const admit = (name: string) => copyFileSync(join(keys, name), join(refusing, "authorized", name));

  test("goes on with the other one: hello-client", async () => {
    const [bad, good] = [await freeEndpoint(), await freeEndpoint()];
    const servers = [
      role("hello-server", { bind: bad, work: 0, curveDir: refusing }),
      role("hello-server", { bind: good, work: 0, curveDir: keys }),
    ];
    const client = role("hello-client", {
      connect: [bad, good],
      requests: 1_000_000,
      curveDir: keys,
    });
    await client.untilLogged(refused(bad));
    await client.line(/^Received World 100$/);
    admit("hello-client");
    await servers[0]?.line(/^Received Hello$/);
    await client.stop();
    expect(client.logLines(/^refused by/)).toHaveLength(1);
    expect(client.logLines(/^no reply/)).toEqual([]);
    for (const server of servers) await server.stop();
  });

  test("goes on with the other one: wuclient", async () => {
    const [bad, good] = [await freeEndpoint(), await freeEndpoint()];
    const servers = [
      role("wuserver", { bind: bad, rate: 1000, curveDir: refusing }),
      role("wuserver", { bind: good, rate: 1000, curveDir: keys }),
    ];
    const client = role("wuclient", {
      filters: [""],
      connect: [bad, good],
      updates: 1_000_000,
      curveDir: keys,
    });
    await client.untilLogged(refused(bad));
    await servers[1]?.untilLogged(/peers connected: 1/);
    admit("wuclient");
    await client.untilLogged(new RegExp(`^connected to ${bad}$`));
    await client.stop();
    expect(client.logLines(/^refused by/)).toHaveLength(1);
    for (const server of servers) await server.stop();
  });

  test("and the only other one not there, waits for it", async () => {
    const [bad, good] = [await freeEndpoint(), await freeEndpoint()];
    const server = role("hello-server", { bind: bad, work: 0, curveDir: refusing });
    const client = role("hello-client", { connect: [bad, good], requests: 3, curveDir: keys });
    await client.untilLogged(refused(bad));
    await client.untilLogged(/^no reply from /, { times: 2 });
    const other = role("hello-server", { bind: good, work: 0, curveDir: keys });
    await client.done();
    for (const each of [server, other]) await each.stop();
  });

  test("ends with status 1 when the other one refuses it, too", async () => {
    const endpoints = [await freeEndpoint(), await freeEndpoint()];
    const servers = endpoints.map((bind) => role("hello-server", { bind, curveDir: refusing }));
    const client = role("hello-client", { connect: endpoints, curveDir: keys });
    expect(await client.exited()).toEqual({ code: 1, signal: null });
    for (const endpoint of endpoints) expect(client.logLines(refused(endpoint))).toHaveLength(1);
    expect(client.logged().at(-1)?.msg).toMatch(/^refused by tcp:\S+: it does not know our key$/);
    for (const server of servers) await server.stop();
  });
});

test("a client is admitted whose certificate is added just after it was refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "refused-"));
  await role("keys", { dir: folder }).done();
  const certificate = join(folder, "authorized", "taskwork");
  rmSync(certificate);
  const sink = await freeEndpoint();
  const server = role("tasksink", { bind: sink, curveDir: folder });
  await server.untilLogged(/waiting for the start/);
  const worker = role("taskwork", { sink, vent: await freeEndpoint(), curveDir: folder });
  await worker.untilLogged(/^refused by .*; trying again$/);
  copyFileSync(join(folder, "taskwork"), certificate);
  await worker.untilLogged(/^waiting for tasks from /);
  await worker.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});
