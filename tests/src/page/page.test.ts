/** The page itself: for everybody, on every screen, and whatever becomes of its server. */
import { expect, test } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describeWith, freeEndpoint, role, testWith } from "process-kit/jest";
import { XPublisher } from "zeromq";
import { PageInBrowser, startDashboard, startDemo } from "./browser.js";

const RUNS = { hello: "guide", weather: "guide", pipeline: "guide", jobs: "guide", both: "guide" } as const;

describeWith("chromium", "in both themes and languages, wide and narrow", () => {
  test.each([
    ["light", "en-GB", 1440],
    ["dark", "zh-CN", 1440],
    ["dark", "en-GB", 390],
    ["light", "zh-CN", 390],
  ] as const)("%s, %s, %d pixels", async (colorScheme, locale, width) => {
    const { url } = await startDemo();
    const options = { colorScheme, locale, viewport: { width, height: 900 } };
    await using page = await PageInBrowser.open(url, options, "#jobs");
    expect(await page.page.locator("html").getAttribute("lang")).toBe(locale.slice(0, 2));
    // Nothing runs yet
    expect(await page.violations()).toEqual([]);
    for (const [pattern, experiment] of Object.entries(RUNS)) {
      await page.page.goto(`${url}#${pattern}`);
      await page.run(experiment);
      await page.until(async () => (await page.page.locator("[data-bar], [data-line] circle").count()) > 5);
      expect(await page.violations()).toEqual([]);
      const overflow = await page.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await page.picture(`${pattern}-${width}-${colorScheme}-${locale.slice(0, 2)}`);
    }
    expect(page.offences).toEqual([]);
  });
});

testWith("chromium", "the language and the theme can be switched, and are kept", async () => {
  const { url } = await startDashboard();
  await using page = await PageInBrowser.open(url);
  await page.page.getByRole("button", { name: "中文" }).click();
  await page.page.getByRole("heading", { name: "并行管道" }).waitFor();
  await page.page.getByRole("button", { name: "浅色或深色" }).click();
  await page.page.reload();
  await page.page.getByRole("heading", { name: "并行管道" }).waitFor();
  expect(await page.page.locator("html").getAttribute("data-theme")).toBe("dark");
  expect(page.offences).toEqual([]);
});

testWith("chromium", "the keyboard reaches everything", async () => {
  const { url } = await startDemo();
  await using page = await PageInBrowser.open(url, {}, "#pipeline");
  const focused = () => page.page.evaluate(() => document.activeElement?.getAttribute("data-experiment"));
  for (let n = 0; (await focused()) !== "twice"; n++) {
    expect(n).toBeLessThan(60);
    await page.page.keyboard.press("Tab");
  }
  await page.page.keyboard.press("Enter");
  await page.until(async () => (await page.condition("taskwork-8")) === "running");
  const reached = new Set<string>();
  for (let n = 0; n < 80; n++) {
    await page.page.keyboard.press("Tab");
    reached.add((await page.page.evaluate(() => document.activeElement?.getAttribute("aria-label"))) ?? "");
  }
  expect([...reached]).toEqual(expect.arrayContaining(["Kill worker 8", "Freeze worker 1", "Light or dark"]));
});

testWith("chromium", "who wants less motion sees none", async () => {
  const { url } = await startDashboard();
  await using page = await PageInBrowser.open(url, { reducedMotion: "reduce" });
  const rules = await page.page.evaluate(() =>
    [...document.styleSheets].flatMap(({ cssRules }) =>
      [...cssRules]
        .filter((rule) => rule.cssText.includes("animation:"))
        .map((rule) => (rule as CSSMediaRule).conditionText),
    ),
  );
  expect(rules).toEqual(["(prefers-reduced-motion: no-preference)"]);
});

testWith(
  "chromium",
  "a paused picture stands still, and goes on with all that has come meanwhile",
  async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#hello");
    await page.run("guide");
    await page.until(async () => (await page.bars("done")) > 1);
    await page.page.getByRole("button", { name: "Pause the picture" }).click();
    const before = await page.page.locator("main").innerText();
    // Five messages come meanwhile, as another reader hears
    await page.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const source = new EventSource("/events");
          let heard = 0;
          source.addEventListener("message", () => (heard += 1) === 5 && (source.close(), resolve()));
        }),
    );
    expect(await page.page.locator("main").innerText()).toBe(before);
    await page.page.getByRole("button", { name: "Go on" }).click();
    await page.until(async () => (await page.figure("Answered")) === "10 of 10");
  },
);

testWith(
  "chromium",
  "without its server it says so; once that is back it goes on, without a reload",
  async () => {
    const { dashboard, url, env, ports } = await startDashboard();
    await using page = await PageInBrowser.open(url, {}, "#pipeline");
    role("tasksink", { bind: await freeEndpoint() }, { env });
    await page.until(() => page.page.locator("[data-actor]").count());
    page.isServerGone = true;
    await dashboard.stop();
    await page.page.getByText("This page lost its server.").waitFor();
    expect(await page.page.locator(".stale [data-actor]").count()).toBe(1);
    expect(await page.violations()).toEqual([]);
    await startDashboard(ports);
    await page.page.locator("[data-connection=live]").waitFor();
    await page.until(async () => (await page.page.locator("[data-condition=running]").count()) === 1);
    expect(await page.page.locator(".stale").count()).toBe(0);
    expect(page.offences).toEqual([]);
  },
);

/** Tells a page what it likes. */
async function startTelling(endpoint: string) {
  const publisher = new XPublisher({ linger: 0 });
  publisher.connect(endpoint);
  await publisher.receive();
  return {
    tell: (topic: string, content: object) => publisher.send([topic, JSON.stringify(content)]),
    [Symbol.dispose]: () => publisher.close(),
  };
}

testWith("chromium", "workers alone: on which hosts they run, and that there is no ventilator", async () => {
  const { url, env } = await startDashboard();
  await using page = await PageInBrowser.open(url, {}, "#pipeline");
  using teller = await startTelling(env.TELEMETRY);
  const tell = (number: number, host: string) =>
    teller.tell("node", {
      v: 1,
      id: `worker ${number}`,
      role: "taskwork",
      pid: number,
      host,
      started: number,
      sockets: [{ name: "PULL", type: "PULL", binds: [], connects: ["tcp://taskvent:5557"] }],
    });
  const heading = (number: number) => page.page.getByRole("heading", { name: `worker ${number}` });
  await tell(1, "host1");
  await tell(2, "host1");
  await heading(2).waitFor();
  expect(await page.page.getByText("host1").count()).toBe(0);
  await tell(3, "host2");
  await page.page.getByText("host2").waitFor();
  expect(await Promise.all([1, 2, 3].map((each) => heading(each).innerText()))).toEqual([
    "worker 1\nhost1",
    "worker 2\nhost1",
    "worker 3\nhost2",
  ]);
  expect(await page.sentence()).toMatch(/^There is no ventilator\./);
  await page.picture("hosts");
  expect(await page.violations()).toEqual([]);
  expect(page.offences).toEqual([]);
});

testWith("chromium", "what roles tell is text, whatever it looks like", async () => {
  const { url, env } = await startDashboard();
  await using page = await PageInBrowser.open(url, {}, "#pipeline");
  const evil = "<img src=/x onerror=alert(1)>";
  using teller = await startTelling(env.TELEMETRY);
  const tell = (topic: string, content: object) => teller.tell(topic, { id: evil, ...content });
  const sockets = [{ name: "PULL", type: evil.slice(0, 16), binds: [evil], connects: [evil] }];
  await tell("node", { v: 1, role: "taskwork", pid: 1, host: evil, started: Date.now(), sockets });
  await tell("span", { socket: "PULL", spans: [[Date.now() - 500, 400, evil]], missed: 0 });
  await tell("log", { t: Date.now(), level: "error", text: evil });
  await page.page.getByText(`worker 1: ${evil}`, { exact: true }).waitFor();
  expect(await page.page.locator("main img").count()).toBe(0);
  expect(page.offences).toEqual([]);
});

testWith("chromium", "thousands of tasks are a few shapes, and a table of the last thousand", async () => {
  const { url, env } = await startDashboard();
  await using page = await PageInBrowser.open(url, {}, "#pipeline");
  using teller = await startTelling(env.TELEMETRY);
  const tell = (topic: string, content: object) => teller.tell(topic, { id: "worker", ...content });
  const start = Date.now() - 60_000;
  const sockets = [{ name: "PULL", type: "PULL", binds: [], connects: ["tcp://127.0.0.1:5557"] }];
  await tell("node", { v: 1, role: "taskwork", pid: 1, host: "here", started: start, sockets });
  for (let n = 0; n < 20; n++) {
    const spans = Array.from({ length: 200 }, (_, index) => [start + 10 * (200 * n + index), 9, "9"]);
    await tell("span", { socket: "PULL", spans, missed: 0 });
  }
  await page.until(async () => (await page.rows())[0]?.done === 4000);
  expect(await page.bars("done")).toBe(0);
  expect(await page.page.locator("[data-row] *").count()).toBeLessThan(250);
  await page.page.getByRole("button", { name: "As a table" }).click();
  expect(await page.page.locator("tbody tr").count()).toBe(1001);
  expect(await page.page.locator("tbody tr").first().innerText()).toBe(
    "3000 rows before these; the trace has all",
  );
  expect(page.offences).toEqual([]);
});

testWith("chromium", "a page of another site can neither read nor command", async () => {
  const { url } = await startDemo();
  const elsewhere = createServer((_, response) =>
    response.setHeader("Content-Type", "text/html").end("<p>evil"),
  );
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = elsewhere.address() as AddressInfo;
    await using page = await PageInBrowser.open(url);
    await page.page.goto(`http://localhost:${port}/`);
    const results = await page.page.evaluate(async (target) => {
      const body = JSON.stringify({
        verb: "run",
        view: "hello",
        experiment: "guide",
        count: 1,
        wait: true,
      });
      const outcome = (sent: Promise<Response>) =>
        sent.then(
          ({ type, status }) => `${type} ${status}`,
          () => "failed",
        );
      const headers = { "Content-Type": "application/json", "X-Token": "x" };
      return {
        read: await outcome(fetch(target)),
        command: await outcome(fetch(`${target}command`, { method: "POST", headers, body })),
        form: await outcome(fetch(`${target}command`, { method: "POST", mode: "no-cors", body })),
        events: await new Promise((resolve) => {
          const source = new EventSource(`${target}events`);
          source.addEventListener("error", () => resolve("failed"));
          source.addEventListener("message", () => resolve("read"));
        }),
      };
    }, url);
    expect(results).toEqual({ read: "failed", command: "failed", form: "failed", events: "failed" });
    await page.page.goto(`${url}#hello`);
    await page.page.getByText("Nothing is running yet").waitFor();
  } finally {
    elsewhere.close();
  }
});
