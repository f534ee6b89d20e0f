import { describe, expect, test } from "@jest/globals";
import { type IncomingMessage, request, type RequestOptions } from "node:http";
import { XPublisher } from "zeromq";
import { startZapHandler } from "zmq-common";
import { LivePage, type LivePageOptions } from "./live-page.js";
import type { Command, Hello } from "./messages.js";

const quiet = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const context = { log: quiet, onFatalError() {} };

const start = (options: Partial<LivePageOptions> = {}) =>
  LivePage.start({ bind: ["tcp://127.0.0.1:*"], host: "127.0.0.1", port: 0, ...options }, context);

interface Answer {
  status: number | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A request as nobody's browser would send it: with any headers. */
function ask(url: string, path: string, { body = "", ...options }: RequestOptions & { body?: string } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const { port } = new URL(url);
    const sent = request({ host: "127.0.0.1", port, path, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: text }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** An open page: what it is told first, and then. */
async function open(url: string) {
  const closing = new AbortController();
  const response = await fetch(`${url}events`, { signal: closing.signal });
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let text = "";
  const until = async (pattern: RegExp) => {
    for (;;) {
      const match = pattern.exec(text);
      if (match !== null) return match;
      const { value, done } = await reader.read();
      if (done) throw new Error(`ended without ${pattern}: ${text}`);
      text += value;
    }
  };
  const [, json = ""] = await until(/event: hello\ndata: (.*)\n/);
  return { hello: JSON.parse(json) as Hello, until, close: () => closing.abort() };
}

describe("a page from elsewhere gets nothing", () => {
  test("under another name it is misdirected: DNS rebinding", async () => {
    await using page = await start({ names: ["monitor.example:80"] });
    const { port, host } = new URL(page.url);
    for (const name of [host, `localhost:${port}`, "monitor.example:80"]) {
      expect(await ask(page.url, "/", { headers: { host: name } })).toMatchObject({ status: 200 });
    }
    for (const name of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port}.evil.example`,
    ]) {
      for (const path of ["/", "/events", "/page.js"]) {
        expect(await ask(page.url, path, { headers: { host: name } })).toMatchObject({
          status: 421,
          body: "",
        });
      }
    }
  });

  test("no other origin may read, frame or run anything", async () => {
    await using page = await start();
    const { headers } = await ask(page.url, "/", { headers: { origin: "http://evil.example" } });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|http|\*/);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  test.each(["/../package.json", "/page.js/", "//page.js", "/%70age.js", "/index.html?x"])(
    "%s is not found",
    async (path) => {
      await using page = await start();
      expect(await ask(page.url, path)).toMatchObject({ status: 404 });
    },
  );
});

test("the words are loaded in the language of the browser", async () => {
  await using page = await start();
  const preloaded = async (language?: string) => {
    const headers = language === undefined ? {} : { "accept-language": language };
    return /modulepreload" href="(.*?)"/.exec((await ask(page.url, "/", { headers })).body)?.[1];
  };
  expect(await preloaded("zh-CN,zh;q=0.9,en;q=0.8")).toBe("/zh.js");
  expect(await preloaded("en-GB,en;q=0.9,zh;q=0.8")).toBe("/en.js");
  expect(await preloaded()).toBe("/en.js");
});

test("a page that only watches takes no command, and has no token", async () => {
  await using page = await start();
  const { hello, close } = await open(page.url);
  expect(hello.token).toBeUndefined();
  close();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    expect(await ask(page.url, "/command", { method })).toMatchObject({
      status: 405,
      headers: { allow: "GET" },
    });
  }
});

describe("commands", () => {
  const body = JSON.stringify({ verb: "kill", child: "taskwork-1" });

  async function startControlled() {
    const commands: Command[] = [];
    const page = await start({
      onCommand: async (command) => {
        commands.push(command);
        await Promise.resolve();
      },
    });
    const { hello, close } = await open(page.url);
    close();
    const { host } = new URL(page.url);
    const headers = {
      host,
      origin: `http://${host}`,
      "sec-fetch-site": "same-origin",
      "content-type": "application/json",
      "x-token": hello.token ?? "",
    };
    return { page, commands, headers };
  }

  test("its own page's are carried out", async () => {
    const { page, commands, headers } = await startControlled();
    await using _page = page;
    expect(await ask(page.url, "/command", { method: "POST", headers, body })).toMatchObject({ status: 204 });
    expect(commands).toEqual([{ verb: "kill", child: "taskwork-1" }]);
  });

  test.each([
    ["another origin", { origin: "http://evil.example" }, 403],
    ["no origin", { origin: "" }, 403],
    ["another site", { "sec-fetch-site": "cross-site" }, 403],
    ["the same site, another origin", { "sec-fetch-site": "same-site" }, 403],
    ["no token", { "x-token": "" }, 403],
    ["another token", { "x-token": "0".repeat(32) }, 403],
    ["a form's type", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["text", { "content-type": "text/plain" }, 415],
    ["another host", { host: "evil.example" }, 421],
  ])("%s is refused", async (_, other, status) => {
    const { page, commands, headers } = await startControlled();
    await using _page = page;
    const answer = await ask(page.url, "/command", {
      method: "POST",
      headers: { ...headers, ...other },
      body,
    });
    expect(answer.status).toBe(status);
    expect(commands).toEqual([]);
  });

  test.each([
    ["no JSON", "{", 400],
    ["an unknown verb", '{"verb":"exec","child":"a"}', 400],
    ["too much", `{"verb":"kill","child":"${"a".repeat(5000)}"}`, 413],
  ])("%s is refused, too", async (_, wrong, status) => {
    const { page, commands, headers } = await startControlled();
    await using _page = page;
    expect(await ask(page.url, "/command", { method: "POST", headers, body: wrong })).toMatchObject({
      status,
    });
    expect(commands).toEqual([]);
  });

  test("more than twenty a second are too many", async () => {
    const { page, commands, headers } = await startControlled();
    await using _page = page;
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => ask(page.url, "/command", { method: "POST", headers, body })),
    );
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(1);
    expect(commands.length).toBeLessThan(30);
  });
});

test("roles are asked to tell while a page is open, and no longer: XPUB -> SUB", async () => {
  using _zap = startZapHandler();
  await using page = await start();
  using role = new XPublisher({ linger: 0, receiveTimeout: 8000 });
  role.connect(page.telemetry);
  const next = async () => {
    const [frame] = await role.receive();
    return `${frame?.[0] === 1 ? "+" : "-"}${frame?.toString("utf8", 1)}`;
  };
  const topics = ["label", "log", "node", "span", "tick"];
  const five = async () => [await next(), await next(), await next(), await next(), await next()].toSorted();

  const first = await open(page.url);
  expect(await five()).toEqual(topics.map((topic) => `+${topic}`));
  const second = await open(page.url);
  first.close();

  const node = { v: 1, id: "a", role: "taskwork", pid: 1, host: "<b>here</b>", started: 1, sockets: [] };
  await role.send(["node", JSON.stringify({ ...node, id: 5 })]);
  await role.send(["node", JSON.stringify(node)]);
  expect((await second.until(/data: \[(\{.*"node".*\})\]/))[1]).toBe(
    JSON.stringify({ topic: "node", ...node }),
  );
  second.close();
  expect(await five()).toEqual(topics.map((topic) => `-${topic}`));
});
