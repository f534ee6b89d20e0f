/** The alerts, the Grafana dashboard and the configuration in docs/metrics. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { describeWith, eventually, freeEndpoint, role } from "process-kit/jest";
import { namesIn, Prometheus, promtool } from "./prometheus.js";

const ROOT = join(import.meta.dirname, "../../..");
const DOCS = join(ROOT, "docs/metrics");
const read = (file: string) => readFileSync(join(DOCS, file), "utf8");

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string }[];
}

const dashboard = JSON.parse(read("grafana.json")) as {
  panels: Panel[];
  templating: { list: { name: string; definition?: string }[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const definitions = dashboard.templating.list.map(({ definition = "" }) => definition);

/** The metrics that a text names, such as an expression. */
const namesOf = (text: string) => [...new Set(text.match(/\b(?:zeromq|nodejs|process)_\w+/g))].toSorted();

/** An expression with values in place of Grafana's variables. */
const filled = (expression: string) =>
  expression.replaceAll(/\$(?:__rate_interval|__range)/g, "1m").replaceAll(/\$\w+/g, ".*");

/** What hello-server and the roles of jobs serve; between them they have all metrics. */
async function served(): Promise<{ addresses: string[]; names: Set<string> }> {
  const [bind, sink, hello] = [await freeEndpoint(), await freeEndpoint(), await freeEndpoint()];
  const metrics = "127.0.0.1:0";
  const processes = [
    role("hello-server", { bind: hello, metrics }),
    role("jobsink", { bind: sink, metrics }),
    // It waits for a second worker, so that none of them comes to its end
    role("jobvent", { bind, sink, workers: 2, metrics }),
    role("jobwork", { vent: bind, metrics }),
  ];
  const names = new Set<string>();
  const addresses: string[] = [];
  for (const process of processes) {
    const [, address = ""] = await process.untilLogged(/^metrics on http:\/\/(\S+)\/metrics$/);
    addresses.push(address);
    // What a role counts is there once the role is
    await eventually(async () => (await fetch(`http://${address}/readyz`)).ok, `${process.name} is ready`);
    const text = await (await fetch(`http://${address}/metrics`)).text();
    for (const name of namesIn(text)) names.add(name);
  }
  return { addresses, names };
}

test("alerts and dashboard name metrics that roles have, and the dashboard shows all of ours", async () => {
  const { names } = await served();
  // Only Linux has it
  if (process.platform !== "linux") names.add("process_open_fds");
  const alerts = namesOf(read("alerts.yml"));
  const shown = namesOf([...expressions, ...definitions].join(" "));
  expect([...alerts, ...shown].filter((name) => !names.has(name))).toEqual([]);
  expect([...names].filter((name) => name.startsWith("zeromq_") && !shown.includes(name))).toEqual([]);
});

test("the dashboard is laid out: no panel covers another, and each says what it shows", () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  for (const { gridPos: one, description, title } of panels) {
    expect([title, description ?? ""]).toEqual([title, expect.stringMatching(/\.$/)]);
    expect(one.x + one.w).toBeLessThanOrEqual(24);
    const covered = dashboard.panels.filter(
      ({ gridPos: other }) =>
        other !== one &&
        one.x < other.x + other.w &&
        other.x < one.x + one.w &&
        one.y < other.y + other.h &&
        other.y < one.y + one.h,
    );
    expect(covered.map((each) => each.title)).toEqual([]);
  }
});

test("each app loads prom-client only when it is asked for", () => {
  for (const app of readdirSync(join(ROOT, "apps"))) {
    const dist = join(ROOT, "apps", app, "dist");
    /** The files that are loaded at the start: those imported, and the one that main.js waits for. */
    const loaded = new Set<string>();
    const load = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      const text = readFileSync(join(dist, file), "utf8");
      const first = file === "main.js" ? /import\("\.\/([^"]+)"\)/g : /(?!)/g;
      for (const pattern of [/^(?:import|\}) ?(?:.*from )?"\.\/([^"]+)";$/gm, first]) {
        for (const [, other = ""] of text.matchAll(pattern)) load(other);
      }
    };
    load("main.js");
    const texts = [...loaded].map((file) => readFileSync(join(dist, file), "utf8"));
    expect([app, loaded.size > 1]).toEqual([app, true]);
    expect([app, texts.some((text) => text.includes("nodejs_eventloop_lag"))]).toEqual([app, false]);
    const others = readdirSync(dist).filter((file) => file.endsWith(".js") && !loaded.has(file));
    const has = others.some((file) =>
      readFileSync(join(dist, file), "utf8").includes("nodejs_eventloop_lag"),
    );
    expect([app, has]).toEqual([app, true]);
  }
});

describeWith("prometheus", "promtool", () => {
  test("accepts the configuration, and the alerts", async () => {
    await promtool(["check", "config", join(DOCS, "prometheus.yml")]);
    await promtool(["check", "rules", join(DOCS, "alerts.yml")]);
  });

  test("finds that each alert is raised when it should be, and not before", async () => {
    await promtool(["test", "rules", join(import.meta.dirname, "alerts.test.yml")]);
    const tested = readFileSync(join(import.meta.dirname, "alerts.test.yml"), "utf8");
    for (const [, alert] of read("alerts.yml").matchAll(/alert: (\w+)/g)) {
      expect(tested).toContain(`alertname="${alert}"`);
    }
  });
});

describeWith("prometheus", "Prometheus", () => {
  test("can evaluate each expression of the dashboard, of roles that it scrapes", async () => {
    const { addresses } = await served();
    await using prometheus = await Prometheus.start(addresses);
    await prometheus.until({ "count(zeromq_role_info)": 4, "count(rate(process_cpu_seconds_total[1m]))": 4 });
    const results = await Promise.all(expressions.map((each) => prometheus.query(filled(each))));
    // All have a value but those about publishers: there is none
    const silent = expressions.filter((_, index) => results[index]?.length === 0);
    expect(silent.filter((each) => !each.includes("PUB"))).toEqual([]);
  });
});
