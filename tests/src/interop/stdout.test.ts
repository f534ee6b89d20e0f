/** What each role prints, held beside what the C program of the same name prints. */
import { describe, expect } from "@jest/globals";
import { freeEndpoint, peer, role, type RunningProcess, type StartOptions, testWith } from "process-kit/jest";
import {
  helloClient,
  helloServer,
  type Language,
  type Pipeline,
  tasksink,
  taskvent,
  taskwork,
  wuclient,
  wuserver,
} from "../support/languages.js";
import { masked } from "../support/masked.js";

/** Runs a role in a language among partners in C, to its end, and returns what it has printed. */
const PRINTED: Record<string, (language: Language) => Promise<string>> = {
  "hello-server": async (language) => {
    const endpoint = await freeEndpoint();
    const server = await helloServer(language, endpoint);
    await (await helloClient("C", endpoint)).done();
    return stopped(server);
  },
  "hello-client": async (language) => {
    const endpoint = await freeEndpoint();
    await helloServer("C", endpoint);
    return done(await helloClient(language, endpoint));
  },
  wuserver: async (language) => {
    const endpoint = await freeEndpoint();
    const server = await wuserver(language, endpoint);
    await (await wuclient("C", endpoint, "", 1000)).done();
    return stopped(server);
  },
  wuclient: async (language) => {
    const endpoint = await freeEndpoint();
    await wuserver("C", endpoint);
    return done(await wuclient(language, endpoint, "1000", 10));
  },
  taskwork: async (language) => {
    const { pipeline, sink } = await cPipeline();
    const worker = await taskwork(language, pipeline);
    (await taskvent("C", pipeline)).write("\n");
    await sink.done();
    return stopped(worker);
  },
  tasksink: async (language) => {
    const pipeline = { vent: await freeEndpoint(), sink: await freeEndpoint(), tasks: 10 };
    const sink = await tasksink(language, pipeline);
    await taskwork("C", pipeline);
    (await taskvent("C", pipeline)).write("\n");
    return done(sink);
  },
};

/** Where ours is meant to differ: after its progress line the chapter's sink has no end of line. */
const DOCUMENTED: Record<string, (ours: string) => string> = {
  tasksink: (ours) => ours.replace("\nTotal elapsed time", "Total elapsed time"),
};

describe("stdout equals that of the C program but for numbers", () => {
  for (const [name, printed] of Object.entries(PRINTED)) {
    testWith("gcc", name, async () => {
      const theirs = await printed("C");
      const ours = await printed("TypeScript");
      expect(masked(DOCUMENTED[name]?.(ours) ?? ours)).toBe(masked(theirs));
    });
  }

  testWith(["gcc", "pyzmq"], "taskvent, on a terminal, where Enter is pressed", async () => {
    const theirs = await ventilatedOnTerminal(({ vent, sink, tasks }, options) =>
      peer("C", "taskvent", [vent, sink, tasks], options),
    );
    const ours = await ventilatedOnTerminal(({ vent, sink, tasks }, options) =>
      role("taskvent", { bind: vent, sink, tasks }, options),
    );
    expect(masked(ours)).toBe(masked(theirs));
    // As the terminal shows it: what was typed ended the prompt's line.
    expect(masked(ours)).toBe(
      "Press Enter when the workers are ready: \r\n" +
        "Sending tasks to workers...\r\nTotal expected cost: # msec\r\n",
    );
  });

  testWith("gcc", "taskvent, without a terminal, but for the prompt", async () => {
    const theirs = await ventilated("C");
    const ours = await ventilated("TypeScript");
    expect(masked(ours)).toBe(masked(theirs.replace("Press Enter when the workers are ready: ", "")));
  });
});

async function ventilated(language: Language): Promise<string> {
  const { pipeline, sink } = await cPipeline();
  await taskwork("C", pipeline);
  await taskwork("C", pipeline);
  const ventilator = await taskvent(language, pipeline);
  if (language === "C") ventilator.write("\n");
  await sink.done();
  return done(ventilator);
}

async function ventilatedOnTerminal(
  start: (pipeline: Pipeline, options: StartOptions) => RunningProcess | Promise<RunningProcess>,
): Promise<string> {
  const { pipeline, sink } = await cPipeline();
  await taskwork("C", pipeline);
  const ventilator = await start(pipeline, { terminal: true });
  await ventilator.until(/ready: $/);
  ventilator.write("\n");
  await sink.done();
  return done(ventilator);
}

/** A C sink that waits for a batch of ten. */
async function cPipeline(): Promise<{ pipeline: Pipeline; sink: RunningProcess }> {
  const pipeline = { vent: await freeEndpoint(), sink: await freeEndpoint(), tasks: 10 };
  return { pipeline, sink: await tasksink("C", pipeline) };
}

async function done(child: RunningProcess): Promise<string> {
  await child.done();
  return child.stdout;
}

async function stopped(child: RunningProcess): Promise<string> {
  await child.stop();
  return child.stdout;
}
