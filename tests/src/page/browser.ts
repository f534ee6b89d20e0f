/** The live page in a real browser: Chromium, driven by Playwright. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium as playwright, type Page } from "playwright-core";
import { chromium, eventually, freePort, mainModule, role } from "process-kit/jest";

/** The source of axe-core, which checks what assistive technology can make of a page. */
const axe = createRequire(import.meta.url).resolve("axe-core");

/** Where pictures go, for those who look at a run. */
const PICTURES = join(import.meta.dirname, "../../pictures");

export class PageInBrowser implements AsyncDisposable {
  readonly page: Page;
  readonly url: string;
  /** What must not happen: errors in the console, and requests to elsewhere. */
  readonly offences: string[] = [];
  /** Set while the server is gone on purpose. */
  isServerGone = false;
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page, url: string) {
    this.#browser = browser;
    this.page = page;
    this.url = url;
    page.on("console", (message) => {
      const isExpected =
        this.isServerGone && /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_EMPTY/.test(message.text());
      if (message.type() === "error" && !isExpected) this.offences.push(message.text());
    });
    page.on("pageerror", (error) => this.offences.push(String(error.stack)));
    page.on("request", (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith("blob:"))
        this.offences.push(request.url());
    });
  }

  static async open(url: string, options: BrowserContextOptions = {}, hash = ""): Promise<PageInBrowser> {
    const browser = await playwright.launch({ executablePath: chromium() });
    try {
      const page = await browser.newPage({
        viewport: { width: 1440, height: 900 },
        locale: "en-GB",
        ...options,
      });
      const opened = new PageInBrowser(browser, page, url);
      await page.goto(url + hash);
      await opened.until(() => opened.page.locator("[data-connection=live]").count());
      return opened;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Waits until something is true of the page. */
  async until(look: () => Promise<unknown>, what = look.toString()): Promise<void> {
    try {
      await eventually(async () => Boolean(await look()), what);
    } catch (error) {
      const text = await this.page.locator("main").innerText();
      throw new Error(`${(error as Error).message}\n${this.offences.join("\n")}\nThe page:\n${text}`, {
        cause: error,
      });
    }
  }

  run(experiment: string): Promise<void> {
    return this.page.locator(`[data-experiment=${experiment}]`).click();
  }

  /** The value of a figure, of one chart if there are several: `100 of 100`. */
  async figure(name: string, chart = "main"): Promise<string> {
    const text = await this.page.locator(`${chart} [data-figure='${name}'] dd`).innerText();
    return text.replaceAll(/\s+/g, " ").trim();
  }

  sentence(): Promise<string> {
    return this.page.locator("[data-sentence]").innerText();
  }

  /** Each row of the chart: how many bars are done, and how many have failed. */
  rows(): Promise<{ key: string; done: number; failed: number }[]> {
    return this.page.locator("[data-row]").evaluateAll((rows) =>
      rows.map((row) => ({
        key: row.getAttribute("data-row") ?? "",
        done: Number(row.getAttribute("data-done")),
        failed: Number(row.getAttribute("data-failed")),
      })),
    );
  }

  /** How many bars of a kind are drawn. */
  bars(kind: "done" | "open" | "failed"): Promise<number> {
    return this.page.locator(`[data-bar=${kind}]`).count();
  }

  /** The lines between requests and replies: the bars that they connect, and where they begin and end. */
  lines() {
    return this.page.locator("svg [data-request]").evaluateAll((lines) => {
      const barOf = (place: string | null) => {
        const [row = "", index = ""] = (place ?? "").split(" ");
        const bars = [...document.querySelectorAll("[data-row]")]
          .find((each) => each.getAttribute("data-row") === row)
          ?.querySelectorAll("[data-bar]");
        const bar = bars?.[Number(index)];
        const [x, width] = ["x", "width"].map((name) =>
          Number(bar?.querySelector("rect")?.getAttribute(name)),
        );
        const kind = bar?.getAttribute("data-bar");
        return { row, index: Number(index), kind, from: x ?? NaN, to: (x ?? NaN) + (width ?? NaN) };
      };
      return lines.map((line) => ({
        request: barOf(line.getAttribute("data-request")),
        work: barOf(line.getAttribute("data-work")),
        isLate: line.classList.contains("late"),
        ends: [...line.querySelectorAll("path:not(.ends)")].flatMap((path) =>
          [...(path.getAttribute("d") ?? "").matchAll(/[ML]([\d.]+) /g)].map(([, at]) => Number(at)),
        ),
      }));
    });
  }

  /** How somebody stands. */
  async condition(actor: string): Promise<string | null> {
    const card = this.page.locator(`[data-actor='${actor}']`);
    return (await card.count()) === 0 ? null : card.getAttribute("data-condition");
  }

  /** How many of an actor's connections are up. */
  edges(actor: string): Promise<number> {
    return this.page.locator(`[data-edge*='${actor}'][data-up=true]`).count();
  }

  /**
   * Notes which connections are up from now on, however shortly.
   *
   * @returns What tells which have been.
   */
  async watchEdges(): Promise<() => Promise<string[]>> {
    const seen = await this.page.evaluateHandle(() => {
      const edges = new Set<string>();
      const look = () => {
        for (const edge of document.querySelectorAll("[data-edge][data-up=true]")) {
          edges.add(edge.getAttribute("data-edge") ?? "");
        }
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
      return edges;
    });
    return () => seen.evaluate((edges) => [...edges]);
  }

  picture(name: string): Promise<unknown> {
    mkdirSync(PICTURES, { recursive: true });
    return this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  /** What axe finds. It is run in the page's isolated world, which the page's own policy does not bind. */
  async violations(): Promise<string[]> {
    const session = await this.page.context().newCDPSession(this.page);
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", {
      frameId: frameTree.frame.id,
    });
    const evaluate = async (expression: string) => {
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
        expression,
        contextId: executionContextId,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined)
        throw new Error(exceptionDetails.exception?.description ?? "failed");
      return result.value as unknown;
    };
    await evaluate(`${readFileSync(axe, "utf8")}; undefined`);
    return (await evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all }) =>
        id + ": " + html.slice(0, 200) + " " + [...any, ...all].map(({ message }) => message).join("; "))))`)) as string[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** `start --page`, and the address of its page. */
export async function startDemo() {
  const port = await freePort(26);
  const demo = role("demo", { page: true, port }, { env: { BROWSER: "none" } });
  const [, url = ""] = await demo.until(/The page: (\S+)/);
  return { demo, url };
}

/** A program that the demo has besides itself. */
export function demoProgram(
  name: string,
  options: Record<string, string | number>,
  env: { TELEMETRY: string },
) {
  return role(name, options, { env, main: join(dirname(mainModule("demo")), `${name}.js`) });
}

/** The dashboard, and what roles need to appear on it. */
export async function startDashboard(ports?: { telemetry: number; http: number }) {
  const { telemetry, http } = ports ?? { telemetry: await freePort(), http: await freePort() };
  const bind = `tcp://127.0.0.1:${telemetry}`;
  const dashboard = role("dashboard", { bind, http: `127.0.0.1:${http}` });
  const [, url = ""] = await dashboard.until(/The page: (\S+)/);
  return { dashboard, url, env: { TELEMETRY: bind }, ports: { telemetry, http } };
}
