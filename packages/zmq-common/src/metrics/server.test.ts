import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { eventually } from "process-kit/jest";
import { Pull } from "zeromq";
import "../sockets/closing.js";
import { bindEndpoints } from "../sockets/connecting.js";
import { observeSockets } from "../sockets/observer.js";
import { Counts } from "./counts.js";
import { startMetricsServer } from "./server.js";

const info = { role: "hello-server", version: "1.2.3", libzmq: "4.3.5" };

let counts = new Counts();
let server: Awaited<ReturnType<typeof startMetricsServer>>;
beforeEach(async () => {
  counts = new Counts();
  server = await startMetricsServer({ host: "127.0.0.1", port: 0, counts, info });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

/** A connection to it, and what came over it. */
async function open() {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  const received = { text: "" };
  socket.setEncoding("utf8").on("data", (text: string) => (received.text += text));
  socket.on("error", () => {});
  await once(socket, "connect");
  return { socket, received, closed: once(socket, "close") };
}

const get = async (path: string, method = "GET") => {
  const response = await fetch(server.url + path, { method });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("/metrics", () => {
  test("is in the text format of Prometheus, with what the process itself has", async () => {
    counts.malformed();
    const { status, headers, text } = await get("/metrics");
    expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(text).toContain('zeromq_role_info{role="hello-server",version="1.2.3",libzmq="4.3.5"} 1\n');
    expect(text).toContain(
      "# TYPE zeromq_malformed_messages_total counter\nzeromq_malformed_messages_total 1\n",
    );
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    // A counter is the sum since the start, however often it is looked at
    counts.malformed();
    await eventually(async () => (await get("/metrics")).text.includes("_malformed_messages_total 2\n"), "2");
  });

  test("takes a query, and HEAD", async () => {
    expect((await get("/metrics?module=x")).status).toBe(200);
    const { status, text } = await get("/metrics", "HEAD");
    expect([status, text]).toEqual([200, ""]);
  });

  test("is collected a few times a second at most, however often it is asked for", async () => {
    let reads = 0;
    counts.measure = () => {
      reads += 1;
      return [];
    };
    const begin = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => get("/metrics")));
    for (let n = 0; n < 20; n++) await get("/metrics");
    expect(reads).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - begin) / 250));
  });

  test("knows a metric by its name", async () => {
    let held = 0;
    counts.measure = () => {
      held += 1;
      return [{ metric: { name: "jobs_held", type: "gauge", help: "Jobs held" }, value: held }];
    };
    expect((await get("/metrics")).text).toContain("\njobs_held 1\n");
    await eventually(async () => (await get("/metrics")).text.includes("\njobs_held 2\n"), "2");
  });

  test("says so when a role's numbers cannot be had", async () => {
    counts.measure = () => {
      throw new Error("no numbers");
    };
    expect(await get("/metrics")).toMatchObject({ status: 500, text: "Error: no numbers\n" });
  });
});

test("/healthz answers while the event loop does", async () => {
  expect(await get("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
});

test("/readyz says why not", async () => {
  expect(await get("/readyz")).toMatchObject({ status: 503, text: "no socket is open\n" });
  const stop = observeSockets(counts);
  using socket = new Pull();
  await bindEndpoints(socket, ["tcp://127.0.0.1:*"]);
  stop();
  expect(await get("/readyz")).toMatchObject({ status: 200, text: "ready\n" });
  counts.stop();
  expect(await get("/readyz")).toMatchObject({ status: 503, text: "stopping\n" });
});

test("what else is asked for is refused", async () => {
  expect((await get("/")).status).toBe(404);
  expect((await get("/constructor")).status).toBe(404);
  const { status, headers } = await get("/metrics", "POST");
  expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

describe("a client that means harm", () => {
  test("is not kept behind its answer, whatever else it sends", async () => {
    const { socket, received, closed } = await open();
    socket.write("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
    socket.write("x".repeat(100_000));
    await closed;
    expect(received.text).toMatch(/^HTTP\/1\.1 405 /);
  });

  test("gets one answer, however many it asks for at once", async () => {
    let reads = 0;
    counts.measure = () => {
      reads += 1;
      return [];
    };
    const { socket, received, closed } = await open();
    socket.write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100));
    await closed;
    expect(received.text.match(/^HTTP\/1\.1 200 /gm)).toHaveLength(1);
    expect(reads).toBe(1);
  });

  test("may not send large headers", async () => {
    const { socket, received, closed } = await open();
    socket.write(`GET /healthz HTTP/1.1\r\nHost: a\r\nA: ${"a".repeat(20_000)}\r\n\r\n`);
    await closed;
    expect(received.text).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("has some seconds for its request", async () => {
    const nothing = await open();
    const slow = await open();
    slow.socket.write("GET /healthz HTTP/1.1\r\n");
    const begin = performance.now();
    await Promise.all([nothing.closed, slow.closed]);
    expect(performance.now() - begin).toBeLessThan(8000);
    expect(slow.received.text).not.toMatch(/ 200 /);
  }, 15_000);

  test("has a few connections at once, and room is made when they end", async () => {
    const sockets: Socket[] = [];
    for (let n = 0; n < 40; n++) sockets.push((await open()).socket);
    await eventually(() => sockets.filter((socket) => socket.destroyed).length === 8, "8 are closed");
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await get("/healthz").catch(() => undefined))?.status === 200, "an answer");
  });
});

test.each([
  ["::1", /^http:\/\/\[::1\]:\d+$/],
  ["*", /^http:\/\/(?:\[::\]|0\.0\.0\.0):\d+$/],
])("listens on %s", async (host, url) => {
  await using other = await startMetricsServer({ host, port: 0, counts, info });
  expect(other.url).toMatch(url);
  const { port } = new URL(other.url);
  const response = await fetch(`http://${host === "*" ? "127.0.0.1" : "[::1]"}:${port}/healthz`);
  expect(response.status).toBe(200);
});

test("a port that is in use is an error", async () => {
  const port = Number(new URL(server.url).port);
  await expect(startMetricsServer({ host: "127.0.0.1", port, counts, info })).rejects.toThrow("EADDRINUSE");
});
