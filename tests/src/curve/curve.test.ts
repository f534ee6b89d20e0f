/** CURVE: peers that hold the right keys are let in, and no others; a refused one logs why. */
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import {
  freeEndpoint,
  peer,
  type PeerLanguage,
  role,
  type RoleOptions,
  type RunningProcess,
  TcpProxy,
  testWith,
} from "process-kit/jest";
import { parseCertificate } from "zmq-common";
import { keys, makeKeysForEach, untrusted } from "./keys.js";

makeKeysForEach();

const read = (dir: string, file: string) => parseCertificate(readFileSync(join(dir, file), "utf8"));

/** What the C and Python peers take their keys from. */
function peerKeys(dir: string, own: string, server: string): Record<string, string> {
  const pair = read(dir, `${own}_secret`);
  return {
    CURVE_PUBLIC_KEY: pair?.publicKey ?? "",
    CURVE_SECRET_KEY: pair?.secretKey ?? "",
    CURVE_SERVER_KEY: read(keys, server)?.publicKey ?? "",
  };
}

async function helloServer(curveDir?: string) {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 0, curveDir });
  await server.untilLogged(/waiting for requests/);
  return { endpoint, server };
}

function helloClient(endpoint: string, curveDir?: string, options: RoleOptions<"hello-client"> = {}) {
  return role("hello-client", { connect: endpoint, requests: 3, curveDir, ...options });
}

describe("with the right keys on both sides", () => {
  test("request-reply runs, and nothing of it can be read on the way", async () => {
    const { endpoint } = await helloServer(keys);
    await using proxy = await TcpProxy.start(endpoint);
    const client = helloClient(proxy.endpoint, keys, { message: "plaintext-marker" });
    await client.done();
    expect(client.stdout).toContain("Received World 2\n");
    expect(proxy.seen("plaintext-marker")).toBe(false);
  });

  test("without keys, it can be read: the proxy does look", async () => {
    const { endpoint } = await helloServer();
    await using proxy = await TcpProxy.start(endpoint);
    await helloClient(proxy.endpoint, undefined, { message: "plaintext-marker" }).done();
    expect(proxy.seen("plaintext-marker")).toBe(true);
  });

  test("publish-subscribe runs", async () => {
    const endpoint = await freeEndpoint();
    const server = role("wuserver", { bind: endpoint, curveDir: keys });
    const client = role("wuclient", {
      filters: ["1"],
      connect: endpoint,
      updates: 20,
      curveDir: keys,
    });
    await client.done();
    await server.stop();
  });

  test("the pipeline runs, and its workers are counted", async () => {
    const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
    const collector = role("tasksink", { bind: sink, tasks: 10, curveDir: keys });
    for (let n = 0; n < 2; n++) role("taskwork", { vent, sink, curveDir: keys });
    await role("taskvent", {
      bind: vent,
      sink,
      workers: 2,
      tasks: 10,
      curveDir: keys,
    }).done();
    await collector.done();
  });
});

/** Expects the client to be refused, and the server to have got nothing from it. */
async function expectRefused(client: RunningProcess, server: RunningProcess, message: RegExp): Promise<void> {
  expect(await client.exited()).toEqual({ code: 1, signal: null });
  expect(client.stderr).toMatch(message);
  expect(client.stdout).not.toContain("Received");
  await server.stop();
  expect(server.stdout).toBe("");
}

describe("no other peer gets a message in or out, and it logs why", () => {
  test("a client whose key is not authorized", async () => {
    const { endpoint, server } = await helloServer(keys);
    copyFileSync(join(keys, "hello-server"), join(untrusted, "hello-server"));
    await expectRefused(
      helloClient(endpoint, untrusted),
      server,
      /refused by tcp:\S+: it does not know our key/,
    );
    expect(server.stderr).toMatch(/refused 127\.0\.0\.1: its key is not in /);
  });

  test("a client without keys", async () => {
    const { endpoint, server } = await helloServer(keys);
    await expectRefused(
      helloClient(endpoint),
      server,
      /refused by tcp:\S+: it asks for a key \(--curve-dir\)/,
    );
  });

  test("a client with keys, at a server without", async () => {
    const { endpoint, server } = await helloServer();
    await expectRefused(
      helloClient(endpoint, keys),
      server,
      /no connection to tcp:\S+: it has no key, and we ask for one/,
    );
  });

  test("a client that has the key of another server", async () => {
    const { endpoint, server } = await helloServer(keys);
    copyFileSync(join(untrusted, "hello-server"), join(keys, "hello-server"));
    const client = helloClient(endpoint, keys, { timeout: 300, retries: 2 });
    await expectRefused(
      client,
      server,
      /handshake with tcp:\S+ broken off; is its key the one we have for hello-server\?/,
    );
  });

  test("a peer that does not speak ZMTP", async () => {
    const { endpoint, server } = await helloServer(keys);
    for (const text of ["GET / HTTP/1.1\r\n\r\n", "\x01\x00", "\xff".repeat(64)]) {
      const socket = connect(Number(endpoint.split(":").at(-1)), "127.0.0.1");
      socket.on("error", () => {}).resume();
      socket.end(Buffer.from(text, "latin1"));
      await new Promise((resolve) => socket.once("close", resolve));
    }
    await helloClient(endpoint, keys).done();
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n".repeat(3));
  });

  test.each([
    ["wuclient", "wuserver", "connect"],
    ["taskwork", "tasksink", "sink"],
  ])("%s ends where %s refuses it", async (name, serverName, flag) => {
    const endpoint = await freeEndpoint();
    const server = role(serverName, { bind: endpoint, curveDir: keys });
    copyFileSync(join(keys, serverName), join(untrusted, serverName));
    const client = role(name, { [flag]: endpoint, curveDir: untrusted });
    expect(await client.exited()).toEqual({ code: 1, signal: null });
    expect(client.stderr).toMatch(/refused by tcp:\S+: it does not know our key/);
    await server.stop();
  });
});

describe("the authorized keys are looked up at every handshake", () => {
  test("a key that is removed cannot come back, one that is added can come in", async () => {
    const { endpoint, server } = await helloServer(keys);
    const admitted = join(keys, "authorized", "hello-client");
    await helloClient(endpoint, keys).done();

    rmSync(admitted);
    expect(await helloClient(endpoint, keys).exited()).toEqual({ code: 1, signal: null });

    copyFileSync(join(keys, "hello-client"), admitted);
    await helloClient(endpoint, keys).done();
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n".repeat(6));
  });
});

describe.each<[PeerLanguage, "gcc" | "pyzmq"]>([
  ["C", "gcc"],
  ["Python", "pyzmq"],
])("a peer in %s", (language, tool) => {
  testWith(tool, "with the right keys is served", async () => {
    const { endpoint, server } = await helloServer(keys);
    const env = peerKeys(keys, "hello-client", "hello-server");
    const client = await peer(language, "hello_client", [endpoint, "3"], { env });
    await client.done();
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n".repeat(3));
  });

  testWith(tool, "with the right keys serves", async () => {
    const endpoint = await freeEndpoint();
    await peer(language, "hello_server", [endpoint, "0"], {
      env: peerKeys(keys, "hello-server", "hello-server"),
    });
    const client = helloClient(endpoint, keys);
    await client.done();
    expect(client.stdout).toContain("Received World 2\n");
  });

  testWith(tool, "with a key that is not authorized gets nothing in", async () => {
    const { endpoint, server } = await helloServer(keys);
    const env = peerKeys(untrusted, "hello-client", "hello-server");
    const client = await peer(language, "hello_client", [endpoint, "3"], { env });
    await server.untilLogged(/refused 127\.0\.0\.1: its key is not in /);
    await helloClient(endpoint, keys).done();
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n".repeat(3));
    expect(client.stdout).not.toContain("Received");
  });

  testWith(tool, "that serves with another key than it should gets nothing out of us", async () => {
    const endpoint = await freeEndpoint();
    const env = peerKeys(untrusted, "hello-server", "hello-server");
    const server = await peer(language, "hello_server", [endpoint, "0"], { env });
    const client = helloClient(endpoint, keys, { timeout: 500, retries: 2 });
    expect(await client.exited()).toEqual({ code: 1, signal: null });
    expect(client.stdout).not.toContain("Received");
    expect(server.stdout).toBe("");
  });
});

test("a role that is open to everyone warns of it once", async () => {
  const [, port] = (await freeEndpoint()).split("127.0.0.1:");
  const server = role("hello-server", { bind: `tcp://*:${port}` });
  await server.untilLogged(/waiting for requests/);
  await server.stop();
  expect(server.stderr.match(/is open to all who can reach this machine/g)).toHaveLength(1);

  const keyed = role("hello-server", { bind: `tcp://*:${port}`, curveDir: keys });
  await keyed.untilLogged(/waiting for requests/);
  await keyed.stop();
  expect(keyed.stderr).not.toContain("open to all");
});
