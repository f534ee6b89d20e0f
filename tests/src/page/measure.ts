/**
 * How soon the live page shows something, and what it takes of the browser's main thread while much happens. Nothing
 * is asserted: these are figures of this machine, where browser and roles share the processors. After `pnpm build`:
 *
 *     npx pnpm@10 measure:page --seconds 10
 *
 * `--profile` says besides where the time goes, function by function.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Browser, chromium as playwright, type Page } from "playwright-core";
import { chromium, endAll, freeEndpoint, freePort, role } from "process-kit";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "10" }, profile: { type: "boolean", default: false } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1) {
  throw new RangeError(`Expected \`--seconds\` to be an integer from 1, got \`${values.seconds}\``);
}

/** How often the page is loaded. */
const LOADS = 15;

const WORKERS = 16;

/** How long a frame takes at 60 a second, in milliseconds; one of half as much again has missed its turn. */
const FRAME = 1000 / 60;

const viewport = { width: 1440, height: 900 };

const telemetry = await freeEndpoint();
const dashboard = role("dashboard", { bind: telemetry, http: `127.0.0.1:${await freePort()}` });
const [, url = ""] = await dashboard.until(/The page: (\S+)/);
const env = { TELEMETRY: telemetry, LOG_LEVEL: "warn" };
const quiet = { env, output: "ignore" } as const;

/** Tasks of 1 to 100 ms, without an end. */
async function startPipeline(): Promise<void> {
  const [vent, sink] = [await freeEndpoint(), await freeEndpoint()];
  const tasks = 100_000;
  role("tasksink", { bind: sink, tasks }, quiet);
  for (let n = 0; n < WORKERS; n++) role("taskwork", { vent, sink }, quiet);
  role("taskvent", { bind: vent, sink, workers: WORKERS, tasks }, quiet);
}

const sorted = (numbers: readonly number[]) => numbers.toSorted((one, other) => one - other);
const quantile = (numbers: readonly number[], q: number) =>
  sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * q))] ?? NaN;

const cdp = (page: Page) => page.context().newCDPSession(page);

/** What the page's main thread has done since it began: processor time in seconds, whatever else the machine does. */
async function metrics(session: Awaited<ReturnType<typeof cdp>>): Promise<Record<string, number>> {
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const { metrics: all } = await session.send("Performance.getMetrics");
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

/** Milliseconds from the start of the navigation until something is drawn, and of processor time for it. */
async function measureLoad(browser: Browser, what: string): Promise<{ shown: number; mainThread: number }> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const session = await cdp(page);
  await metrics(session);
  await page.addInitScript((selector) => {
    new MutationObserver((_, observer) => {
      if (document.querySelector(selector) === null) return;
      observer.disconnect();
      // Drawn with the next frame
      requestAnimationFrame(() => setTimeout(() => performance.mark("shown")));
    }).observe(document, { subtree: true, childList: true });
  }, what);
  await page.goto(`${url}#pipeline`);
  await page.waitForFunction(() => performance.getEntriesByName("shown").length > 0);
  const shown = await page.evaluate(() => performance.getEntriesByName("shown")[0]?.startTime ?? NaN);
  const { TaskDuration = NaN } = await metrics(session);
  await context.close();
  return { shown, mainThread: TaskDuration * 1000 };
}

async function measureLoads(browser: Browser, what: string) {
  const loads: Awaited<ReturnType<typeof measureLoad>>[] = [];
  for (let n = 0; n < LOADS; n++) loads.push(await measureLoad(browser, what));
  const times = loads.map(({ shown }) => shown);
  const mainThread = loads.map((each) => each.mainThread);
  return {
    "median ms": quantile(times, 0.5),
    "least ms": Math.min(...times),
    "most ms": Math.max(...times),
    "main thread, median ms": quantile(mainThread, 0.5),
  };
}

async function measureFrames(browser: Browser) {
  const page = await browser.newPage({ viewport });
  await page.goto(`${url}#pipeline`);
  await page.locator("[data-row]").first().waitFor({ state: "attached" });
  await sleep(2000);
  const session = await cdp(page);
  await session.send("Profiler.enable");
  if (values.profile) await session.send("Profiler.start");
  // What is evaluated has been compiled, and calls this
  await page.evaluate("globalThis.__name = (named) => named");
  const before = await metrics(session);
  const watched = await page.evaluate(
    (milliseconds) =>
      new Promise<{ frames: number[]; long: number[] }>((resolve) => {
        const long: number[] = [];
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) long.push(duration);
        }).observe({ type: "longtask" });
        const frames: number[] = [];
        const start = performance.now();
        let last = start;
        const frame = () => {
          const now = performance.now();
          frames.push(now - last);
          last = now;
          if (now - start < milliseconds) requestAnimationFrame(frame);
          else resolve({ frames, long });
        };
        requestAnimationFrame(frame);
      }),
    seconds * 1000,
  );
  const after = await metrics(session);
  if (values.profile) printProfile((await session.send("Profiler.stop")).profile);
  const perSecond = (name: string) => (((after[name] ?? 0) - (before[name] ?? 0)) * 1000) / seconds;
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  await page.close();
  return {
    "frames/s": watched.frames.length / seconds,
    "missed %": (100 * watched.frames.filter((each) => each > 1.5 * FRAME).length) / watched.frames.length,
    "p50 ms": quantile(watched.frames, 0.5),
    "p99 ms": quantile(watched.frames, 0.99),
    "main thread ms/s": perSecond("TaskDuration"),
    "script ms/s": perSecond("ScriptDuration"),
    "style and layout ms/s": perSecond("LayoutDuration") + perSecond("RecalcStyleDuration"),
    "long tasks": watched.long.length,
    elements,
  };
}

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; lineNumber: number; columnNumber: number } }[];
  samples?: number[];
  timeDeltas?: number[];
}

/** The functions that took most of the time by themselves. */
function printProfile({ nodes, samples = [], timeDeltas = [] }: Profile): void {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, lineNumber, columnNumber } }) => [
      id,
      `${functionName || "(anonymous)"}:${lineNumber + 1}:${columnNumber + 1}`,
    ]),
  );
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? "";
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  const most = [...times].toSorted(([, one], [, other]) => other - one).slice(0, 25);
  for (const [name, time] of most) console.log(`${(time / seconds).toFixed(1).padStart(8)} ms/s  ${name}`);
}

const browser = await playwright.launch({ executablePath: chromium() });
try {
  console.log("load:", await measureLoads(browser, "h1"));
  await startPipeline();
  const first = await browser.newPage({ viewport });
  await first.goto(`${url}#pipeline`);
  // All have started, and work
  await first.waitForFunction(
    (workers) =>
      [...document.querySelectorAll("[data-done]")].filter((row) => row.getAttribute("data-done") !== "0")
        .length === workers,
    WORKERS,
  );
  await first.close();
  console.log("load beside the workers:", await measureLoads(browser, "[data-actor]"));
  console.log(`${WORKERS} workers:`, await measureFrames(browser));
} finally {
  await browser.close();
  await endAll();
}
