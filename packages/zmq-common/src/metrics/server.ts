/** Serves what a role counts, over HTTP. Imported only where it is asked for: prom-client takes its time to load. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Counts } from "./counts.js";
import type { Metric, Sample } from "./metric.js";

/** The most connections at once; further ones are closed. */
const MAX_CONNECTIONS = 32;

/** How long a client may take for its request, and to read the answer, in milliseconds. */
const PATIENCE = 5000;

/** How often clients are looked at that take longer, in milliseconds. */
const CHECK_EVERY = 1000;

/** The longest request, in bytes. */
const MAX_REQUEST = 4096;

/** For how long an answer to `/metrics` is given again, in milliseconds: many scrapes must not keep the role busy. */
const FRESH = 250;

const INFO: Metric = {
  name: "zeromq_role_info",
  type: "gauge",
  help: "What this process is: always 1",
  labels: ["role", "version", "libzmq"],
};

/** Who is asked. */
export interface RoleInfo {
  role: string;
  version: string;
  libzmq: string;
}

export interface MetricsServerOptions {
  /** Of this machine; `*` for all of its addresses. */
  host: string;
  /** 0: one that is free. */
  port: number;
  counts: Counts;
  info: RoleInfo;
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz`. It never keeps the process alive, and closes each connection behind its
 * answer.
 *
 * @returns Its address; disposing of it closes it.
 * @throws What `listen` does, such as `EADDRINUSE`.
 */
export async function startMetricsServer({
  host,
  port,
  counts,
  info,
}: MetricsServerOptions): Promise<AsyncDisposable & { url: string }> {
  const labels = { ...info };
  const scrape = startScraping(() => [{ metric: INFO, value: 1, labels }, ...counts.samples()]);
  const server = createServer(
    {
      maxHeaderSize: MAX_REQUEST,
      headersTimeout: PATIENCE,
      requestTimeout: PATIENCE,
      connectionsCheckingInterval: CHECK_EVERY,
    },
    answer(
      new Map<string, Page>([
        ["/metrics", scrape],
        ["/healthz", healthy],
        ["/readyz", () => readiness(counts)],
      ]),
    ),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(PATIENCE);
  server.on("connection", (socket) => socket.unref());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host === "*" ? undefined : host, resolve);
  });
  server.unref();
  // A connection that cannot be accepted, for want of a descriptor, is its client's loss
  server.on("error", () => {});
  return { url: urlOf(server), [Symbol.asyncDispose]: () => close(server) };
}

interface Answer {
  status: number;
  type: string;
  text: string;
}

const plain = (status: number, text: string): Answer => ({ status, type: "text/plain; charset=utf-8", text });

const healthy = () => plain(200, "ok\n");

function readiness(counts: Counts): Answer {
  const reason = counts.unreadiness();
  return reason === undefined ? plain(200, "ready\n") : plain(503, `${reason}\n`);
}

type Page = () => Answer | Promise<Answer>;

function answer(pages: ReadonlyMap<string, Page>): RequestListener {
  const find = async (method = "", url = ""): Promise<Answer> => {
    const page = pages.get(url.split("?", 1).join(""));
    if (page === undefined) return plain(404, "not found\n");
    if (method !== "GET" && method !== "HEAD") return plain(405, "method not allowed\n");
    return page();
  };
  return (request, response) => {
    // What else the client sends is not read
    response.setHeader("Connection", "close");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    void (async () => {
      const found = find(request.method, request.url);
      const { status, type, text } = await found.catch((error) => plain(500, `${String(error)}\n`));
      if (status === 405) response.setHeader("Allow", "GET, HEAD");
      response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
      response.end(text);
    })();
  };
}

/** @returns What answers a scrape. */
function startScraping(read: () => Iterable<Sample>): () => Promise<Answer> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const collectors = new Map<string, Counter | Gauge>();
  const collect = async () => {
    for (const collector of collectors.values()) collector.reset();
    for (const { metric, value, labels = {} } of read()) {
      const collector = collectors.get(metric.name) ?? register(metric, registry);
      collectors.set(metric.name, collector);
      // Since it was reset, that sets a counter
      collector.inc(labels, value);
    }
    return { status: 200, type: registry.contentType, text: await registry.metrics() };
  };
  let latest: { at: number; answer: Promise<Answer> } | undefined;
  return () => {
    const at = performance.now();
    if (latest === undefined || at - latest.at > FRESH) latest = { at, answer: collect() };
    return latest.answer;
  };
}

function register({ name, type, help, labels = [] }: Metric, registry: Registry): Counter | Gauge {
  const configuration = { name, help, labelNames: [...labels], registers: [registry] };
  return type === "counter" ? new Counter(configuration) : new Gauge(configuration);
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
