/** Charts, made of what roles have told. */
import { describe, expect, test } from "@jest/globals";
import type { NodeMessage, SocketInfo, Span, TickMessage } from "zmq-common";
import type { ChildMessage, LiveMessage, Pattern, View } from "../messages.js";
import { LiveState } from "../state.js";
import { actorsOf } from "./actors.js";
import { bothFacts } from "./both.js";
import { chartOf, helloFacts, pipelineFacts } from "./chart.js";
import { numbersFacts } from "./numbers.js";
import { exchangesOf } from "./exchanges.js";
import { edgesOf } from "./topology.js";
import { traceOf } from "./trace.js";
import { weatherFacts } from "./weather.js";

const NOW = 10_000;

const socket = (
  type: string,
  { binds = [] as string[], connects = [] as string[], name = type } = {},
): SocketInfo => ({
  name,
  type,
  binds,
  connects,
});

function node(id: string, role: string, sockets: SocketInfo[], more: Partial<NodeMessage> = {}): NodeMessage {
  return {
    topic: "node",
    v: 1,
    id,
    role,
    pid: Number(id.replace(/\D/g, "")),
    host: "here",
    started: 1000,
    sockets,
    ...more,
  };
}

const tick = (
  id: string,
  t: number,
  sockets: TickMessage["sockets"],
  more: Partial<TickMessage> = {},
): TickMessage => ({
  topic: "tick",
  id,
  t,
  sockets,
  doing: [],
  ...more,
});

const spans = (id: string, name: string, ...all: Span[]): LiveMessage => ({
  topic: "span",
  id,
  socket: name,
  spans: all,
  missed: 0,
});

function child(name: string, pattern: Pattern, state: ChildMessage["state"], t: number): ChildMessage {
  const pid = Number(/\d+$/.exec(name)?.[0]);
  const role = name.replace(/-\d+$/, "");
  return { topic: "child", child: name, pattern, role, pid, state, t, command: "node" };
}

function stateOf(...messages: LiveMessage[]): LiveState {
  const state = new LiveState();
  for (const message of messages) state.apply(message, NOW);
  return state;
}

const [VENT, SINK] = ["tcp://127.0.0.1:5557", "tcp://127.0.0.1:5558"];
const ventilator = node("v9", "taskvent", [
  socket("PUSH", { binds: [VENT] }),
  socket("PUSH", { name: "PUSH 2", connects: [SINK] }),
]);
const sink = node("s8", "tasksink", [socket("PULL", { binds: [SINK] })]);
const worker = (id: string) =>
  node(id, "taskwork", [socket("PULL", { connects: [VENT] }), socket("PUSH", { connects: [SINK] })]);
const ends = (message: NodeMessage, code = 0): NodeMessage => ({ ...message, state: "ended", code });

describe("who is connected", () => {
  test("edges are found from the side that connects, and have its rate", () => {
    const state = stateOf(
      ventilator,
      sink,
      worker("w1"),
      tick("w1", 9000, { PULL: [0, 0, 1], PUSH: [0, 0, 1] }),
      tick("w1", 9500, { PULL: [10, 0, 1], PUSH: [0, 9, 0] }),
    );
    const edges = edgesOf("pipeline", actorsOf(state, "pipeline", NOW));
    expect(edges.map(({ from, to, rate, isUp }) => [from.role, to.role, rate, isUp])).toEqual([
      ["taskvent", "taskwork", 20, true],
      ["taskwork", "tasksink", 18, false],
    ]);
  });

  test("a host name is that of a role; of several at one port the host decides", () => {
    const server = (id: string, host: string) =>
      node(id, "hello-server", [socket("REP", { binds: ["tcp://0.0.0.0:5555"] })], { host });
    const client = (connects: string[]) =>
      node("c3", "hello-client", [socket("REQ", { connects })], { host: "b" });
    const peersOf = (connects: string[]) => {
      const actors = actorsOf(stateOf(server("s1", "a"), server("s2", "b"), client(connects)), "hello", NOW);
      return edgesOf("hello", actors).map(({ to }) => to.node?.host);
    };
    expect(peersOf(["tcp://localhost:5555"])).toEqual(["b"]);
    expect(peersOf(["tcp://a:5555"])).toEqual(["a"]);
    expect(peersOf(["tcp://hello-server:5555"])).toEqual(["a", "b"]);
    expect(peersOf(["tcp://localhost:6666"])).toEqual([]);
  });

  test("an address is that of the role that has it: containers of one service on several hosts", () => {
    const server = (id: string, address: string) =>
      node(id, "hello-server", [socket("REP", { binds: ["tcp://0.0.0.0:5555"] })], {
        addresses: ["172.18.0.3", address],
      });
    const sockets = [
      socket("REQ", { connects: ["tcp://10.0.4.7:5555"] }),
      socket("REQ", { connects: ["tcp://[fd00::8]:5555"], name: "REQ 2" }),
    ];
    const state = stateOf(
      server("s1", "10.0.4.6"),
      server("s2", "10.0.4.7"),
      server("s3", "fd00::8"),
      node("c4", "hello-client", sockets),
    );
    const edges = edgesOf("hello", actorsOf(state, "hello", NOW));
    expect(edges.map(({ to }) => to.node?.id)).toEqual(["s2", "s3"]);
  });

  test("one that is not heard of is silent, and gone after a while", () => {
    const state = stateOf(sink);
    const conditions = [0, 2500, 40_000].map((later) =>
      actorsOf(state, "pipeline", NOW + later).map(({ condition }) => condition),
    );
    expect(conditions).toEqual([["running"], ["silent"], []]);
  });

  test("a child that has not told anything yet starts; what is over is of an earlier run", () => {
    const state = stateOf(
      { topic: "run", pattern: "pipeline", view: "pipeline", experiment: "guide", t: 5000 },
      child("taskwork-1", "pipeline", "running", 5001),
      node("w7", "taskwork", []),
      tick("w7", 4000, {}),
      ends(node("w7", "taskwork", [])),
    );
    expect(actorsOf(state, "pipeline", NOW).map(({ key, condition }) => [key, condition])).toEqual([
      ["taskwork-1", "starting"],
    ]);
  });

  test("the next run forgets those that this one has started", () => {
    const run = (t: number): LiveMessage => ({
      topic: "run",
      pattern: "pipeline",
      view: "pipeline",
      experiment: "kill",
      t,
    });
    const state = stateOf(run(1), child("taskwork-1", "pipeline", "killed", 2), worker("w1"), run(3));
    expect(actorsOf(state, "pipeline", NOW)).toEqual([]);
    state.apply(ends(worker("w1")), NOW);
    expect(actorsOf(state, "pipeline", NOW)).toEqual([]);
  });
});

describe("a batch", () => {
  const batch = (...more: LiveMessage[]) =>
    stateOf(
      sink,
      worker("w1"),
      worker("w2"),
      ventilator,
      spans("s8", "PULL", [2000, 0.1, "0"], [2400, 0, ""]),
      spans("w1", "PULL", [2000, 100, "100"], [2100, 50, "50"]),
      spans("w2", "PULL", [2010, 90, "90"]),
      tick("v9", 2100, { PUSH: [0, 4, 2], "PUSH 2": [0, 1, 1] }),
      tick("s8", 2500, { PULL: [4, 0, 2] }),
      ...more,
    );

  test("has a row for each worker and a bar for each task, from the first to the last", () => {
    const facts = pipelineFacts(batch(ends(sink)), "pipeline", NOW);
    expect(facts).toMatchObject({ workers: 2, tasks: 4, results: 3, cost: 240, isComplete: true, lost: 0 });
    expect(facts.chart).toMatchObject({ start: 2000, end: 400, isOver: true, hasFailed: false });
    expect(facts.chart.rows.map(({ bars, gaps }) => [bars.map(({ from, to }) => [from, to]), gaps])).toEqual([
      [
        [
          [0, 100],
          [100, 150],
        ],
        [{ from: 150, to: 400, kind: "idle" }],
      ],
      [[[10, 100]], [{ from: 100, to: 400, kind: "idle" }]],
    ]);
  });

  test("says what is lost only when nobody is at work any more", () => {
    const killed = [
      child("taskwork-2", "pipeline", "running", 1),
      child("taskwork-2", "pipeline", "killed", 2200),
    ];
    const working = tick("w1", 2200, {}, { doing: [["PULL", 2160, "70"]] });
    expect(pipelineFacts(batch(...killed, ends(ventilator), working), "pipeline", 2300).lost).toBe(0);
    expect(pipelineFacts(batch(...killed), "pipeline", 2300).lost).toBe(0);
    const facts = pipelineFacts(batch(...killed, ends(ventilator)), "pipeline", 2300);
    expect(facts.lost).toBe(1);
    expect(facts.killed.map(({ gaps }) => gaps)).toEqual([[{ from: 200, to: 300, kind: "lost" }]]);
  });

  test("what a killed worker did last, and could not tell, the sink has", () => {
    const killed = [
      child("taskwork-2", "pipeline", "running", 1),
      child("taskwork-2", "pipeline", "killed", 2200),
    ];
    const state = batch(...killed, ends(ventilator), tick("s8", 2600, { PULL: [5, 0, 1] }));
    expect(pipelineFacts(state, "pipeline", 2700)).toMatchObject({ results: 4, killed: [{ done: 2 }] });
  });

  test("who comes when it is over has no part in it", () => {
    const late = node("w3", "taskwork", [socket("PULL")], { started: 2600 });
    expect(pipelineFacts(batch(late, ends(sink)), "pipeline", NOW).workers).toBe(2);
    expect(pipelineFacts(batch(late), "pipeline", NOW).workers).toBe(3);
  });

  test("shows when a worker was frozen", () => {
    const frozen = (["running", "frozen", "running"] as const).map((state, index) =>
      child("taskwork-1", "pipeline", state, 1900 + 150 * index),
    );
    const { frozen: found, chart } = pipelineFacts(batch(...frozen), "pipeline", 2600);
    // From 2050 to 2200, at tasks until 2150
    expect(chart.rows.map(({ busy }) => busy)).toEqual([50, 90]);
    expect(found.map(({ row, milliseconds }) => [row.actor.key, milliseconds])).toEqual([
      ["taskwork-1", 150],
    ]);
  });

  test("shows when its ventilator, which has no row, was killed and came back", () => {
    const state = batch(
      child("taskvent-3", "pipeline", "running", 1900),
      child("taskvent-3", "pipeline", "killed", 2050),
      child("taskvent-4", "pipeline", "running", 2200),
      // Has a row, which shows it
      child("taskwork-5", "pipeline", "running", 1900),
      child("taskwork-5", "pipeline", "killed", 2100),
    );
    const { incidents } = chartOf(state, "pipeline", 2500);
    expect(incidents.map(({ at, actor, kind }) => [at, actor.key, kind])).toEqual([
      [50, "taskvent-3", "killed"],
      [200, "taskvent-4", "back"],
    ]);
  });

  test("is a trace that Perfetto opens", () => {
    const { traceEvents } = traceOf(
      chartOf(batch(ends(sink)), "pipeline", NOW),
      ({ role, number }) => `${role} ${number}`,
    );
    expect(traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => args)).toEqual([
      { name: "taskwork 1" },
      { name: "taskwork 2" },
    ]);
    expect(traceEvents.find(({ name }) => name === "50")).toEqual({
      name: "50",
      ph: "X",
      pid: 1,
      tid: 0,
      ts: 100_000,
      dur: 50_000,
      args: { outcome: "done" },
    });
  });
});

test("side by side: one beginning for both, and only as long as neither is run again", () => {
  const run = (pattern: "pipeline" | "jobs", view: View): LiveMessage => ({
    topic: "run",
    pattern,
    view,
    experiment: "kill",
    t: 1500,
  });
  const state = stateOf(
    run("pipeline", "both"),
    run("jobs", "both"),
    node("w1", "taskwork", [socket("PULL")]),
    node("j1", "jobwork", [socket("DEALER")]),
    spans("w1", "PULL", [2000, 100, "100"]),
    spans("j1", "DEALER", [2050, 100, "100"], [2150, 70, "70"]),
  );
  const facts = bothFacts(state, 3000);
  expect(facts).toMatchObject({ experiment: "kill", start: 2000, end: 1000, isOver: false });
  expect([facts?.pipeline.chart.start, facts?.jobs.chart.start]).toEqual([2000, 2050]);
  state.apply(run("jobs", "jobs"), 4000);
  expect(bothFacts(state, 4000)).toBeUndefined();
});

test("requests: those in vain belong to the one that was answered at last", () => {
  const facts = helloFacts(
    stateOf(
      node("c1", "hello-client", [socket("REQ")]),
      node("s2", "hello-server", [socket("REP")]),
      spans("c1", "REQ", [1000, 200, "Hello"], [1200, 700, "Hello", "no reply"], [2000, 300, "Hello"]),
      spans("s2", "REP", [1010, 190, "Hello"]),
    ),
    NOW,
  );
  expect(facts).toMatchObject({
    answered: 2,
    failed: 1,
    median: 300,
    slowest: 1100,
    unanswered: 0,
    wasKilled: false,
    startedTwice: false,
  });
});

describe("who answered whom", () => {
  const [A, B] = ["tcp://127.0.0.1:5555", "tcp://127.0.0.1:5565"];
  const client = (id: string, ...all: Span[]) => [
    node(id, "hello-client", [socket("REQ", { connects: [A, B] })]),
    spans(id, "REQ", ...all),
  ];
  const server = (id: string, bind: string, ...all: Span[]) => [
    node(id, "hello-server", [socket("REP", { binds: [bind] })]),
    spans(id, "REP", ...all),
  ];
  const found = (...messages: LiveMessage[][]) =>
    exchangesOf(chartOf(stateOf(...messages.flat()), "hello", NOW)).map(
      ({ request, work, isLate }) =>
        `${request.row.actor.key}/${request.index} ${work.row.actor.key}/${work.index}${isLate ? " late" : ""}`,
    );

  test("each request has one server that was done just before its reply came", () => {
    const messages = [
      client("c1", [2000, 401, "Hello"], [2402, 200, "Hello"]),
      client("c2", [2001, 200, "Hello"], [2202, 249, "Hello"]),
      server("s3", A, [2001, 199, "Hello"], [2201, 200, "Hello"], [2402, 198, "Hello"]),
      server("s4", B, [2250, 200, "Hello"], [2440, 1, "Other"]),
    ];
    expect(found(...messages).toSorted()).toEqual(["c1/0 s3/1", "c1/1 s3/2", "c2/0 s3/0", "c2/1 s4/0"]);
  });

  test("where two servers were done at the same time, nothing is told, unless only one was connected", () => {
    const [one, other] = [client("c1", [2000, 201, "Hello"]), client("c2", [2000, 203, "Hello"])];
    const servers = [server("s3", A, [2001, 199, "Hello"]), server("s4", B, [2001, 201, "Hello"])];
    expect(found(one, other, ...servers)).toEqual([]);
    const [, work] = one;
    const alone = node("c1", "hello-client", [socket("REQ", { connects: [A] })]);
    expect(found([alone, work as LiveMessage], other, ...servers)).toEqual(["c1/0 s3/0", "c2/0 s4/0"]);
  });

  test("where two requests could only have had the same answer, nothing is told of either", () => {
    const [one, other] = [client("c1", [2000, 201, "Hello"]), client("c2", [2000, 203, "Hello"])];
    expect(found(one, other, server("s3", A, [2001, 199, "Hello"]))).toEqual([]);
  });

  test("a reply that came too late is the one to a try that had been given up", () => {
    const late = [
      client("c1", [2000, 700, "Hello", "no reply"], [2700, 700, "Hello", "no reply"], [3400, 400, "Hello"]),
      server("s2", A, [2001, 1500, "Hello"], [3501, 99, "Hello"], [3600, 199, "Hello"]),
    ];
    expect(found(...late)).toEqual(["c1/2 s2/2", "c1/0 s2/0 late", "c1/1 s2/1 late"]);
    // Somebody who does not tell may have asked as well
    expect(found(...late, [tick("s2", 4000, { REP: [3, 3, 2] })])).toEqual(["c1/2 s2/2"]);
  });

  test("a server that came later had nothing to do with it; nor had one by another clock", () => {
    const asks = client("c1", [2000, 300, "Hello", "no reply"], [2400, 300, "Hello"]);
    const later = node("s2", "hello-server", [socket("REP", { binds: [A] })], { started: 2350 });
    const work = spans("s2", "REP", [2405, 100, "Hello"], [2505, 194, "Hello"]);
    expect(found(asks, [later, work])).toEqual(["c1/1 s2/1"]);
    expect(found(asks, [Object.assign(later, { host: "elsewhere" }), work])).toEqual([]);
  });

  test("of more than sixty none is shown", () => {
    const all = (start: number): Span[] =>
      Array.from({ length: 61 }, (_, index) => [start + 100 * index, 50, "Hello"]);
    expect(found(client("c1", ...all(2000).slice(1)), server("s2", A, ...all(2000).slice(1))).length).toBe(
      60,
    );
    expect(found(client("c1", ...all(2000)), server("s2", A, ...all(2000)))).toEqual([]);
  });
});

test("numbers: the ranges that arrived are those between the ones that were missed", () => {
  const facts = numbersFacts(
    stateOf(
      node("p1", "number-publisher", [socket("XPUB")]),
      node("n2", "number-subscriber", [socket("SUB")]),
      node("n3", "number-subscriber", [socket("SUB")]),
      tick(
        "p1",
        9000,
        {},
        {
          show: [
            ["published", 50, 60],
            ["awaited", 0, 0],
          ],
        },
      ),
      tick(
        "n2",
        9000,
        {},
        {
          show: [
            ["received", 36, 48],
            ["missed", 1, 9],
            ["missed", 20, 22],
          ],
        },
      ),
    ),
    NOW,
  );
  expect(facts).toMatchObject({ published: 50, numbers: 60, awaited: 0, isOver: false });
  expect(
    facts?.rows.map(({ received, missed, missing, latest }) => [received, missed, missing, latest]),
  ).toEqual([
    [
      [
        [10, 19],
        [23, 48],
      ],
      [
        [1, 9],
        [20, 22],
      ],
      12,
      48,
    ],
    [[], [], 0, 0],
  ]);
  expect(numbersFacts(stateOf(node("c1", "wuclient", [])), NOW)).toBeUndefined();
});

describe("averages", () => {
  const client = (missed: number) =>
    stateOf(
      node("c1", "wuclient", [socket("SUB")]),
      {
        topic: "span",
        id: "c1",
        socket: "SUB",
        spans: [
          [1, 0, "10001 10 20"],
          [2, 0, "20002 99 1"],
          [3, 0, "10001 -30 20"],
        ],
        missed,
      },
      tick("c1", 5, { SUB: [3, 0, 1] }, { show: [["10001 ", 1, 10]] }),
      tick("c1", 6, { SUB: [3, 0, 1] }, { show: [["10001 ", 2, -10]] }),
    );

  test("are drawn from each update that matches", () => {
    expect(weatherFacts(client(0), NOW).averages[0]).toMatchObject({
      filter: "10001 ",
      count: 2,
      value: -10,
      updates: [
        [1, 10],
        [2, -30],
      ],
      line: [
        [1, 10],
        [2, -10],
      ],
    });
  });

  test("are drawn from what the role has shown where updates were too many to be told", () => {
    expect(weatherFacts(client(5), NOW).averages[0]).toMatchObject({
      updates: [],
      line: [
        [1, 10],
        [2, -10],
      ],
    });
  });
});
