/** What the page can have run: each experiment is a claim of the chapter that one can see. */
import type { Pattern, View } from "live";
import type { RoleName, RoleOptions, RunningProcess } from "process-kit";
import { sSleep, within } from "zmq-common";

/** A process of an experiment. */
interface Started {
  readonly process: RunningProcess;
}

/** A role, or a program of the demo's own. */
export type StartableName = RoleName | "number-publisher" | "number-subscriber";

/** Where an experiment takes place. */
export interface Stage {
  /** The first of its ports. */
  readonly port: number;
  /** Aborted when it is over. */
  readonly signal: AbortSignal;
  /** An empty folder, which is removed when it is over. */
  folder(): string;
  start<N extends StartableName>(name: N, options: RoleOptions<N>, how?: { isSlow?: boolean }): Started;
  signalTo(verb: "kill" | "freeze" | "thaw", started: Started): void;
}

interface Choice {
  /** How many workers or clients. */
  count: number;
  /** Whether the ventilator waits for all of its workers. */
  wait: boolean;
}

export type Experiment = (stage: Stage, choice: Choice) => Promise<void>;

/** How long after its start an experiment interferes, in milliseconds. */
const MEANWHILE = 400;

const at = (stage: Stage, nth: number) => `tcp://127.0.0.1:${stage.port + nth}`;

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

async function after(stage: Stage, milliseconds: number): Promise<void> {
  await sSleep(milliseconds, stage.signal);
  stage.signal.throwIfAborted();
}

// --- Request-reply

const HELLO = 0;

/** How long a server works for a reply, in milliseconds. */
const WORK = 200;

const server = (stage: Stage, nth = HELLO) =>
  stage.start("hello-server", { bind: at(stage, nth), work: WORK });

const client = (stage: Stage, servers: number[] = [HELLO], message?: string) =>
  stage.start("hello-client", {
    connect: servers.map((nth) => at(stage, nth)),
    requests: 10,
    timeout: 700,
    message,
  });

/** Has clients ask while something befalls their server, in the midst of its work. */
function askWhile(meanwhile: (stage: Stage, server: Started) => Promise<void>): Experiment {
  return async (stage, { count }) => {
    const one = server(stage);
    const [first] = times(count, () => client(stage));
    await first?.process.until(/^Received World 1$/m);
    await after(stage, WORK / 2);
    await meanwhile(stage, one);
  };
}

const hello: Record<string, Experiment> = {
  guide: askWhile(async () => {}),
  kill: askWhile(async (stage, one) => {
    stage.signalTo("kill", one);
    await after(stage, 1600);
    server(stage);
  }),
  async late(stage, { count }) {
    const [first] = times(count, () => client(stage));
    await first?.process.until(/^Sending/m);
    await after(stage, 2000);
    server(stage);
  },
  freeze: askWhile(async (stage, one) => {
    stage.signalTo("freeze", one);
    await after(stage, 1400);
    stage.signalTo("thaw", one);
  }),
  ten: askWhile(async () => {}),
  async three(stage, { count }) {
    const servers = [HELLO, 12, 13];
    for (const nth of servers) server(stage, nth);
    // In step with one another, only by their messages one sees who asked which server
    times(count, (index) => client(stage, servers, `Hello ${index + 1}`));
    await Promise.resolve();
  },
};

// --- Publish-subscribe

const WEATHER = 1;

const subscriber = (stage: Stage, filters: string[], updates: number, servers = [WEATHER]) =>
  stage.start("wuclient", { filters, updates, connect: servers.map((nth) => at(stage, nth)) });

const publisher = (stage: Stage, nth = WEATHER, rate = 0) =>
  stage.start("wuserver", { bind: at(stage, nth), rate });

const numberSubscriber = (stage: Stage) => stage.start("number-subscriber", { connect: at(stage, WEATHER) });

/** Publishes numbers; one subscriber is there from the start, and one comes late, unless they are waited for. */
function publishNumbers({ isWaiting }: { isWaiting: boolean }): Experiment {
  return async (stage) => {
    const one = stage.start("number-publisher", {
      bind: at(stage, WEATHER),
      rate: 200,
      ...(isWaiting && { subscribers: 2 }),
    });
    numberSubscriber(stage);
    if (isWaiting) await after(stage, 2 * MEANWHILE);
    else await one.process.until(/^Published 300$/m);
    stage.signal.throwIfAborted();
    numberSubscriber(stage);
  };
}

/** Has clients collect updates. */
function collect(...subscriptions: { filters: string[]; updates: number }[]): Experiment {
  return async (stage) => {
    publisher(stage);
    for (const { filters, updates } of subscriptions) subscriber(stage, filters, updates);
    await Promise.resolve();
  };
}

const weather: Record<string, Experiment> = {
  guide: collect({ filters: ["10001 "], updates: 100 }),
  filters: collect({ filters: ["10001 "], updates: 300 }, { filters: ["60601 ", "94103 "], updates: 300 }),
  prefix: collect({ filters: ["1000"], updates: 1000 }, { filters: ["10001 "], updates: 100 }),
  everything: collect({ filters: [""], updates: 2_000_000 }, { filters: ["10001 "], updates: 100 }),
  async slow(stage) {
    publisher(stage, WEATHER, 100_000);
    subscriber(stage, [""], 1_000_000);
    const slow = subscriber(stage, [""], 1_000_000);
    await slow.process.until(/^Collecting/m);
    await after(stage, 3 * MEANWHILE);
    stage.signalTo("freeze", slow);
    await after(stage, 4000);
    stage.signalTo("thaw", slow);
  },
  async two(stage) {
    publisher(stage);
    publisher(stage, 14);
    subscriber(stage, ["10001 "], 300, [WEATHER, 14]);
    await Promise.resolve();
  },
  joiner: publishNumbers({ isWaiting: false }),
  joined: publishNumbers({ isWaiting: true }),
};

// --- Parallel pipeline

const worker = (stage: Stage, how?: { isSlow?: boolean }) =>
  stage.start("taskwork", { vent: at(stage, 2), sink: at(stage, 3) }, how);

/** How a batch runs, besides as usual. */
interface Circumstances {
  /** Whether the last worker is slow. */
  isSlow?: boolean;
  /** Makes the same batch again. */
  seed?: number | undefined;
  /** Waited for when all workers but the last are connected; the batch begins with the last. */
  beforeLast?: () => Promise<void>;
}

/** Starts a ventilator and its workers, which are connected before the batch begins. */
async function startAll(
  stage: Stage,
  count: number,
  startWorker: (index: number) => Started,
  startVentilator: () => Started,
  beforeLast: (() => Promise<void>) | undefined,
): Promise<{ ventilator: Started; workers: Started[] }> {
  const workers = times(beforeLast === undefined ? count : count - 1, startWorker);
  const ventilator = startVentilator();
  if (beforeLast !== undefined) {
    if (count > 1) await ventilator.process.untilLogged(new RegExp(`peers connected: ${count - 1}$`));
    await beforeLast();
    stage.signal.throwIfAborted();
    workers.push(startWorker(count - 1));
  }
  return { ventilator, workers };
}

/** Runs a batch, and then something befalls its workers. */
function batch(
  meanwhile: (stage: Stage, workers: Started[]) => Promise<void> = async () => {},
  { isSlow = false, seed, beforeLast }: Circumstances = {},
): Experiment {
  return async (stage, { count, wait }) => {
    stage.start("tasksink", { bind: at(stage, 3), timeout: 3000 });
    const start = (index: number) => worker(stage, { isSlow: isSlow && index === count - 1 });
    const awaited = wait ? count : 1;
    const ventilate = () =>
      stage.start("taskvent", { bind: at(stage, 2), sink: at(stage, 3), workers: awaited, seed });
    const { ventilator, workers } = await startAll(stage, awaited, start, ventilate, beforeLast);
    // Without the wait, one is there first; the others come while it is given tasks
    await ventilator.process.until(/Sending tasks/);
    stage.signal.throwIfAborted();
    workers.push(...times(count - awaited, (index) => start(awaited + index)));
    await ventilator.process.until(/Total expected cost/);
    stage.signal.throwIfAborted();
    await after(stage, MEANWHILE);
    await meanwhile(stage, workers);
  };
}

const last = (workers: Started[]) => workers.at(-1) as Started;

const pipeline: Record<string, Experiment> = {
  guide: batch(),
  nowait: batch(),
  kill: batch(async (stage, workers) => stage.signalTo("kill", last(workers))),
  freeze: batch(async (stage, workers) => {
    stage.signalTo("freeze", last(workers));
    await after(stage, 1500);
    stage.signalTo("thaw", last(workers));
  }),
  slow: batch(undefined, { isSlow: true }),
  twice: batch(),
};

// --- The pipeline that loses nothing

const VENT = 10;
const SINK = 11;

const jobWorker = (stage: Stage, how?: { isSlow?: boolean }) =>
  stage.start("jobwork", { vent: at(stage, VENT), ttl: 1000 }, how);

/** Runs a batch of jobs, and then something befalls it. */
function jobsBatch(
  meanwhile: (
    stage: Stage,
    workers: Started[],
    ventilate: () => Started,
    ventilator: Started,
  ) => Promise<void> = async () => {},
  {
    isSlow = false,
    seed,
    beforeLast,
    hasPoison = false,
    hasJournal = false,
  }: Circumstances & { hasPoison?: boolean; hasJournal?: boolean } = {},
): Experiment {
  return async (stage, { count }) => {
    const journal = hasJournal ? stage.folder() : undefined;
    stage.start("jobsink", { bind: at(stage, SINK) });
    const start = (index: number) => jobWorker(stage, { isSlow: isSlow && index === count - 1 });
    const ventilate = () =>
      stage.start("jobvent", {
        bind: at(stage, VENT),
        sink: at(stage, SINK),
        workers: count,
        journal,
        seed,
        ...(hasPoison && { input: "-", attempts: 3 }),
      });
    const { ventilator, workers } = await startAll(stage, count, start, ventilate, beforeLast);
    if (hasPoison) {
      ventilator.process.write(
        `${times(60, (index) => (index === 20 ? "poison" : 20 + (index % 7) * 10)).join("\n")}\n`,
      );
      ventilator.process.closeInput();
    }
    await ventilator.process.until(/Sending jobs to workers/);
    stage.signal.throwIfAborted();
    await after(stage, MEANWHILE);
    await meanwhile(stage, workers, ventilate, ventilator);
  };
}

const jobs: Record<string, Experiment> = {
  guide: jobsBatch(),
  kill: jobsBatch(async (stage, workers) => stage.signalTo("kill", last(workers))),
  freeze: jobsBatch(async (stage, workers) => {
    stage.signalTo("freeze", last(workers));
    await after(stage, 2500);
    stage.signalTo("thaw", last(workers));
  }),
  slow: jobsBatch(undefined, { isSlow: true }),
  ventilator: jobsBatch(
    async (stage, _workers, ventilate, ventilator) => {
      stage.signalTo("kill", ventilator);
      await after(stage, 1000);
      ventilate();
    },
    { hasJournal: true },
  ),
  poison: jobsBatch(undefined, { hasPoison: true }),
};

// --- Both, side by side

/** Where so many wait for one another. */
function meeting(size: number): () => Promise<void> {
  let open = () => {};
  let present = 0;
  const all = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if ((present += 1) === size) open();
    return all;
  };
}

/** Runs the same batch on both at once; then the same befalls the last worker of each at the same moment. */
function sideBySide(
  meanwhile: (stage: Stage, workers: Started[]) => Promise<void> = async () => {},
  { isSlow = false } = {},
): Experiment {
  return async (stage, { count }) => {
    const choice = { count, wait: true };
    const circumstances = { isSlow, seed: within(1_000_000), beforeLast: meeting(2) };
    const affected: Started[] = [];
    const join = async (_: Stage, workers: Started[]) => {
      if (affected.push(last(workers)) === 2) await meanwhile(stage, affected);
    };
    await Promise.all([
      batch(join, circumstances)(stage, choice),
      jobsBatch(join, circumstances)(stage, choice),
    ]);
  };
}

const both: Record<string, Experiment> = {
  guide: sideBySide(),
  kill: sideBySide(async (stage, workers) => {
    for (const each of workers) stage.signalTo("kill", each);
    await Promise.resolve();
  }),
  freeze: sideBySide(async (stage, workers) => {
    for (const each of workers) stage.signalTo("freeze", each);
    await after(stage, 2500);
    for (const each of workers) stage.signalTo("thaw", each);
  }),
  slow: sideBySide(undefined, { isSlow: true }),
};

/** The experiments of each view. */
export const EXPERIMENTS: Readonly<Record<View, Readonly<Record<string, Experiment>>>> = {
  hello,
  weather,
  pipeline,
  jobs,
  both,
};

/** What one more is, for each pattern, in the midst of an experiment. */
export const VISITORS: Readonly<Record<Pattern, (stage: Stage, experiment: string | undefined) => void>> = {
  hello: (stage) => void client(stage),
  weather(stage, experiment) {
    if (experiment?.startsWith("join")) numberSubscriber(stage);
    else subscriber(stage, ["10001 "], 300);
  },
  pipeline: (stage) => void worker(stage),
  jobs: (stage) => void jobWorker(stage),
};
