/** The page's HTTP server: files, a stream of events, and commands. It trusts no other page that is open in the browser. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Command, type Hello, type LiveMessage, parseCommand } from "./messages.js";

/** How often the page is told, in milliseconds, when there is anything. */
const FLUSH = 50;

/** How often it is told when there is nothing, so that it knows that the server is there. */
const BEAT = 1000;

/** The most pages that are open at once. */
const MAX_STREAMS = 32;

/** A page that reads more slowly than that is cut off, in bytes; it then begins again. */
const MAX_UNREAD = 8 * 1024 * 1024;

/** The largest command, in bytes. */
const MAX_BODY = 4096;

/** The most commands a second. */
const MAX_COMMANDS = 20;

/** Nothing from elsewhere: no script, no style, no frame around it. */
const HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cache-Control": "no-store",
};

const FILES: Readonly<Record<string, { file: string; type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/page.js": { file: "page.js", type: "text/javascript; charset=utf-8" },
  "/en.js": { file: "en.js", type: "text/javascript; charset=utf-8" },
  "/zh.js": { file: "zh.js", type: "text/javascript; charset=utf-8" },
  "/page.css": { file: "page.css", type: "text/css; charset=utf-8" },
  "/icon.svg": { file: "icon.svg", type: "image/svg+xml" },
};

/** A command that cannot be carried out, as the page is to be told. */
export class CommandRefusedError extends Error {
  override name = "CommandRefusedError";
}

export interface PageServerOptions {
  host: string;
  /** 0: one that is free. */
  port: number;
  /** By which names, besides those of the loopback interface, it may be called: `monitor.example:8080`. */
  names?: readonly string[];
  /** Where the roles tell. */
  telemetry: string;
  /** The state so far, as messages. */
  snapshot: () => Iterable<LiveMessage>;
  /** Called when the first page is opened, and when the last is closed. */
  onWatch: (isWatching: boolean) => void;
  /** Carries out commands. Without it the page only watches. */
  onCommand?: ((command: Command) => Promise<void>) | undefined;
}

export class PageServer implements AsyncDisposable {
  readonly #options: PageServerOptions;
  readonly #server: Server;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #streams = new Set<ServerResponse>();
  #hosts: ReadonlySet<string> = new Set();
  #files = new Map<string, Buffer>();
  #pending: LiveMessage[] = [];
  #timer: NodeJS.Timeout | undefined;
  #toldAt = 0;
  #commands: number[] = [];

  constructor(options: PageServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /**
   * Listens.
   *
   * @returns The address of the page.
   */
  async listen(): Promise<string> {
    const folder = new URL("../dist/page/", import.meta.url);
    for (const [path, { file }] of Object.entries(FILES)) {
      this.#files.set(path, await readFile(new URL(file, folder)));
    }
    const { host, names = [] } = this.#options;
    await once(this.#server.listen(this.#options.port, host), "listening");
    const { port } = this.#server.address() as AddressInfo;
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, ...names]);
    return `http://127.0.0.1:${port}/`;
  }

  /** Tells all pages, with what else there is to tell in the next moment. */
  tell(message: LiveMessage): void {
    if (this.#streams.size > 0) this.#pending.push(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const stream of this.#streams) stream.destroy();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server.close(), "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const { method = "", url = "" } = request;
    // Not the name of this server: a page from elsewhere whose name was made to lead here
    if (!this.#hosts.has(request.headers.host ?? "")) return end(response, 421);
    if (method === "GET" && url === "/events") return this.#stream(response);
    const file = this.#files.get(url);
    if (method === "GET" && file !== undefined) {
      response.setHeader("Content-Type", FILES[url]?.type ?? "");
      response.end(url === "/" ? inLanguage(file, request.headers["accept-language"]) : file);
      return undefined;
    }
    if (method === "POST" && url === "/command" && this.#options.onCommand !== undefined) {
      return this.#command(request, response, this.#options.onCommand);
    }
    if (method === "GET") return end(response, 404);
    response.setHeader("Allow", "GET");
    return end(response, 405);
  }

  #stream(response: ServerResponse): void {
    if (this.#streams.size >= MAX_STREAMS) return end(response, 503);
    response.setHeader("Content-Type", "text/event-stream");
    const { telemetry, onCommand, snapshot } = this.#options;
    // What is pending is part of the state already
    this.#flush();
    const hello: Hello = { telemetry, now: Date.now(), ...(onCommand && { token: this.#token }) };
    response.write(`retry: 500\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);
    response.write(event([...snapshot()]));
    this.#streams.add(response);
    response.on("close", () => {
      this.#streams.delete(response);
      if (this.#streams.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#pending = [];
      this.#options.onWatch(false);
    });
    this.#timer ??= setInterval(() => this.#flush(), FLUSH);
    this.#options.onWatch(true);
  }

  #flush(): void {
    const now = performance.now();
    if (this.#pending.length === 0 && now - this.#toldAt < BEAT) return;
    this.#toldAt = now;
    const text = event(this.#pending);
    this.#pending = [];
    for (const stream of this.#streams) {
      if (stream.writableLength > MAX_UNREAD) stream.destroy();
      else stream.write(text);
    }
  }

  async #command(
    request: IncomingMessage,
    response: ServerResponse,
    carryOut: (command: Command) => Promise<void>,
  ): Promise<void> {
    const { origin, host, "content-type": type, "sec-fetch-site": site, "x-token": token } = request.headers;
    const isOwn = origin === `http://${host}` && site === "same-origin" && isSame(token, this.#token);
    if (!isOwn) return end(response, 403);
    if (type !== "application/json") return end(response, 415);
    if (!this.#isInTime()) return end(response, 429);
    const body = await readBody(request);
    if (body === undefined) return end(response, 413);
    const command = parseCommand(parseJson(body));
    if (command === undefined) return end(response, 400);
    try {
      await carryOut(command);
      return end(response, 204);
    } catch (error) {
      if (error instanceof CommandRefusedError) return end(response, 409, error.message);
      return end(response, 500);
    }
  }

  #isInTime(): boolean {
    const now = performance.now();
    this.#commands = this.#commands.filter((earlier) => now - earlier < 1000);
    return this.#commands.push(now) <= MAX_COMMANDS;
  }
}

function event(messages: readonly LiveMessage[]): string {
  return `data: ${JSON.stringify(messages)}\n\n`;
}

function end(response: ServerResponse, status: number, text = ""): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  // What is left of the request is not read
  if (status >= 400) response.setHeader("Connection", "close");
  response.end(text);
}

/** Has the browser load the words that its reader will most likely want, before the script asks for them. */
function inLanguage(document: Buffer, languages = ""): string {
  return languages.startsWith("zh") ? String(document).replace("/en.js", "/zh.js") : String(document);
}

function isSame(given: string | string[] | undefined, token: string): boolean {
  const [one, other] = [Buffer.from(String(given)), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
