/** Telemetry with keys: a role tells only the dashboard that has its key, and the dashboard hears only roles that it admits. */
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "@jest/globals";
import { freeEndpoint, freePort, role, type RunningProcess, TcpProxy } from "process-kit/jest";
import { Subscriber } from "zeromq";
import { parseCertificate } from "zmq-common";
import { untilTold } from "../support/live-page.js";
import { keys, makeKeysForEach, untrusted } from "./keys.js";

makeKeysForEach();
beforeEach(() => {
  // A server that tells is a client of the dashboard
  copyFileSync(join(keys, "hello-server"), join(keys, "authorized", "hello-server"));
});

/** A dashboard: where roles have to tell, and the address of its page. */
async function startDashboard(curveDir?: string) {
  const bind = await freeEndpoint();
  const dashboard = role("dashboard", { bind, http: `127.0.0.1:${await freePort()}`, curveDir });
  const [, url = ""] = await dashboard.until(/The page: (\S+)/);
  return { dashboard, telemetry: bind, url };
}

/** A server that is told of a dashboard. */
async function startServer(telemetry: string, curveDir?: string) {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 0, telemetry, curveDir });
  await server.untilLogged(/waiting for requests/);
  return { server, endpoint };
}

/** Expects that the server serves, whatever becomes of its telemetry, and has said what is wrong once. */
async function expectServing(
  server: RunningProcess,
  endpoint: string,
  curveDir: string | undefined,
  problem: RegExp,
): Promise<void> {
  await server.untilLogged(problem);
  await role("hello-client", { connect: endpoint, requests: 3, curveDir }).done();
  await server.stop();
  expect(server.stdout).toBe("Received Hello\n".repeat(3));
  expect(server.logLines(problem)).toHaveLength(1);
}

/** Takes the place of the dashboard; returns what it gets to know. */
async function eavesdrop(options: ConstructorParameters<typeof Subscriber>[0] = {}) {
  const endpoint = await freeEndpoint();
  const socket = new Subscriber({ linger: 0, ...options });
  await socket.bind(endpoint);
  socket.subscribe("");
  const received: string[] = [];
  const reading = (async () => {
    for await (const frames of socket) received.push(frames.join(" "));
  })().catch(() => {});
  return {
    endpoint,
    received,
    async [Symbol.asyncDispose]() {
      socket.close();
      await reading;
    },
  };
}

test("with the right keys the page is told, and nothing of it can be read on the way", async () => {
  const { telemetry, url } = await startDashboard(keys);
  await using proxy = await TcpProxy.start(telemetry);
  const { endpoint } = await startServer(proxy.endpoint, keys);
  const message = "plaintext-marker";
  role("hello-client", {
    connect: endpoint,
    requests: 1_000_000,
    message,
    telemetry: proxy.endpoint,
    curveDir: keys,
  });
  await untilTold(url, [
    /"role":"hello-server"/,
    /"role":"hello-client"/,
    /"socket":"REP","spans":\[\[[\d.]+,[\d.]+,"plaintext-marker"/,
  ]);
  for (const text of [message, "hello-server", "spans"]) expect(proxy.seen(text)).toBe(false);
});

test("without keys, it can be read: the proxy does look", async () => {
  const { telemetry, url } = await startDashboard();
  await using proxy = await TcpProxy.start(telemetry);
  await startServer(proxy.endpoint);
  await untilTold(url, [/"role":"hello-server"/]);
  expect(proxy.seen("hello-server")).toBe(true);
});

test("whoever is in the dashboard's place without its key is told nothing", async () => {
  const pair = parseCertificate(readFileSync(join(untrusted, "dashboard_secret"), "utf8"));
  await using other = await eavesdrop({
    curveServer: true,
    curvePublicKey: pair?.publicKey ?? "",
    curveSecretKey: pair?.secretKey ?? "",
  });
  const { server, endpoint } = await startServer(other.endpoint, keys);
  const problem =
    /no telemetry: handshake with tcp:\S+ broken off; is its key the one we have for dashboard\?/;
  await expectServing(server, endpoint, keys, problem);
  expect(other.received).toEqual([]);
});

test("whoever is there without any key is told nothing", async () => {
  await using other = await eavesdrop();
  const { server, endpoint } = await startServer(other.endpoint, keys);
  await expectServing(
    server,
    endpoint,
    keys,
    /no telemetry: no connection to tcp:\S+: it has no key, and we ask/,
  );
  expect(other.received).toEqual([]);
});

test("a role that does not have the dashboard's certificate tells nothing", async () => {
  rmSync(join(keys, "dashboard"));
  const { dashboard, telemetry } = await startDashboard(keys);
  const { server, endpoint } = await startServer(telemetry, keys);
  await expectServing(server, endpoint, keys, /no telemetry: .*dashboard/);
  await dashboard.stop();
  expect(dashboard.stderr).not.toContain("peers connected");
});

test("a role whose key the dashboard does not admit is not heard", async () => {
  rmSync(join(keys, "authorized", "hello-server"));
  const { dashboard, telemetry } = await startDashboard(keys);
  const { server, endpoint } = await startServer(telemetry, keys);
  await expectServing(server, endpoint, keys, /no telemetry: refused by tcp:\S+: it does not know our key/);
  await dashboard.stop();
  expect(dashboard.stderr).toMatch(/refused 127\.0\.0\.1: its key is not in /);
  expect(dashboard.stderr).not.toContain("peers connected");
});

test("a role without keys is not heard", async () => {
  const { dashboard, telemetry } = await startDashboard(keys);
  const { server, endpoint } = await startServer(telemetry);
  await expectServing(server, endpoint, undefined, /no telemetry: refused by tcp:\S+: it asks for a key/);
  await dashboard.stop();
  expect(dashboard.stderr).not.toContain("peers connected");
});
