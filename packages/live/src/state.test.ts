import { describe, expect, test } from "@jest/globals";
import type { NodeMessage, TickMessage } from "zmq-common";
import type { ChildMessage, LiveMessage } from "./messages.js";
import { LiveState } from "./state.js";

const node = (id: string, more: Partial<NodeMessage> = {}): NodeMessage => ({
  topic: "node",
  v: 1,
  id,
  role: "taskwork",
  pid: 1,
  host: "here",
  started: 1000,
  sockets: [],
  ...more,
});

const tick = (id: string, t: number, received: number): TickMessage => ({
  topic: "tick",
  id,
  t,
  sockets: { PULL: [received, 0, 1] },
  doing: [],
});

const child = (name: string, state: ChildMessage["state"], t: number): ChildMessage => ({
  topic: "child",
  child: name,
  pattern: "pipeline",
  role: "taskwork",
  pid: 1,
  state,
  t,
  command: "node",
});

function stateOf(...messages: LiveMessage[]): LiveState {
  const state = new LiveState();
  for (const message of messages) state.apply(message, 5000);
  return state;
}

test("its snapshot makes the same state", () => {
  const state = stateOf(
    { topic: "run", pattern: "pipeline", view: "pipeline", experiment: "kill", t: 1 },
    child("taskwork-1", "running", 2),
    child("taskwork-1", "killed", 3),
    node("a"),
    tick("a", 10, 1),
    tick("a", 20, 2),
    { topic: "span", id: "a", socket: "PULL", spans: [[1, 2, "50"]], missed: 3 },
    { topic: "log", id: "a", t: 9, level: "warn", text: "no reply" },
  );
  const again = stateOf(...state.snapshot());
  expect(again).toEqual(state);
  expect(again.nodes.get("a")).toMatchObject({ missed: 3, spans: { PULL: [[1, 2, "50"]] } });
  expect(again.events.map((event) => event.state)).toEqual(["running", "killed"]);
});

test("of a role that nobody has introduced nothing is taken", () => {
  const state = stateOf(tick("a", 10, 1), { topic: "log", id: "a", t: 9, level: "warn", text: "x" });
  expect(state.nodes.size).toBe(0);
  expect(state.log).toEqual([]);
});

test("a new run forgets the processes of the one before", () => {
  const state = stateOf(
    child("taskwork-1", "killed", 2),
    { topic: "run", pattern: "pipeline", view: "pipeline", experiment: "guide", t: 3 },
    child("taskwork-1", "running", 4),
  );
  expect(state.events.map(({ t }) => t)).toEqual([4]);
});

describe("is no larger than it may be, whoever sends", () => {
  test("500 roles", () => {
    const state = stateOf(...Array.from({ length: 700 }, (_, index) => node(`n${index}`)));
    expect(state.nodes.size).toBe(500);
    expect(state.nodes.has("n699")).toBe(true);
  });

  test("4000 spans of a socket; those that are forgotten count as missed", () => {
    const spans = Array.from({ length: 200 }, (_, index): [number, number, string] => [index, 1, ""]);
    const many = Array.from({ length: 30 }, () => ({
      topic: "span" as const,
      id: "a",
      socket: "PULL",
      spans,
      missed: 0,
    }));
    const { nodes } = stateOf(node("a"), ...many);
    const remembered = nodes.get("a")?.spans["PULL"]?.length ?? 0;
    expect(remembered).toBeLessThanOrEqual(4000);
    expect(remembered + (nodes.get("a")?.missed ?? 0)).toBe(6000);
  });

  test("100 sockets and 100 labels of a role, whatever they are called", () => {
    const names = ["__proto__", "constructor", ...Array.from({ length: 300 }, (_, index) => `s${index}`)];
    const { nodes } = stateOf(
      node("a"),
      ...names.map((socket) => ({ topic: "span" as const, id: "a", socket, spans: [], missed: 0 })),
      ...names.map((label) =>
        Object.assign(tick("a", 1, 1), { show: [[label, 1, 2]] as TickMessage["show"] }),
      ),
    );
    expect(Object.keys(nodes.get("a")?.spans ?? {})).toHaveLength(100);
    expect(Object.keys(nodes.get("a")?.shown ?? {})).toHaveLength(100);
  });

  test("300 lines of the log, and of what happened", () => {
    const log = Array.from({ length: 400 }, (_, t): LiveMessage => ({
      topic: "log",
      id: "a",
      t,
      level: "info",
      text: "",
    }));
    const state = stateOf(
      node("a"),
      ...log,
      ...Array.from({ length: 400 }, (_, t) => child(`c${t}`, "ended", t)),
    );
    expect([state.log.length, state.events.length]).toEqual([300, 300]);
  });
});
