import { freeEndpoint } from "process-kit";
import { Subscriber } from "zeromq";
import type { Benchmark, Case } from "../benchmark.js";
import { updatesReceived } from "./publish-subscribe.js";
import { emptyTasksDone } from "./pipeline.js";
import type { Scale } from "./scale.js";

/** What it costs our roles to tell what they do. */
export function telemetry(scale: Scale): Benchmark[] {
  return [
    {
      id: "telemetry-receive",
      title: "Updates received, with telemetry",
      unit: "messages/s",
      cases: cases((endpoint) => updatesReceived(scale.messages, endpoint)),
    },
    {
      id: "telemetry-empty-tasks",
      title: `${scale.emptyTasks.toLocaleString("en")} tasks of 0 ms, 4 workers, with telemetry`,
      unit: "tasks/s",
      cases: cases((endpoint) => emptyTasksDone(scale, endpoint)),
    },
  ];
}

/** Without telemetry, with it while nobody looks, and while somebody does. */
function cases(measure: (endpoint?: string) => Promise<number>): Case[] {
  return [
    { variant: "without telemetry", needs: ["C"], measure: () => measure() },
    { variant: "unwatched", needs: ["C"], measure: () => withPage([], measure) },
    {
      variant: "watched",
      needs: ["C"],
      measure: () => withPage(["node", "tick", "span", "log", "label"], measure),
    },
  ];
}

/** Measures beside a page: a SUB socket, and what it subscribes to. */
async function withPage(topics: string[], measure: (endpoint: string) => Promise<number>): Promise<number> {
  const endpoint = await freeEndpoint();
  using page = new Subscriber({ linger: 0 });
  await page.bind(endpoint);
  page.subscribe(...topics);
  const reading = (async () => {
    for await (const _ of page);
  })().catch(() => {});
  try {
    return await measure(endpoint);
  } finally {
    page.close();
    await reading;
  }
}
