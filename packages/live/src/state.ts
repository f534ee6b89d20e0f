/** What is known of the roles: made of messages, at the server and again in the page. */
import type { NodeMessage, Span, TickMessage } from "zmq-common";
import {
  type ChildMessage,
  type LiveMessage,
  type Pattern,
  patternsOf,
  type RunMessage,
  type View,
} from "./messages.js";

/** The most roles that are remembered. */
const MAX_NODES = 500;

/** The most spans of a socket that are remembered; of more, the oldest quarter is forgotten at once. */
const MAX_SPANS = 4000;

/** The most values of a label that are remembered. */
const MAX_SHOWN = 1000;

/** The most sockets, or labels, of a role. */
const MAX_KEYS = 100;

/** The most lines of the log that are remembered. */
const MAX_LOG = 300;

/** The most processes of the control that are remembered. */
const MAX_CHILDREN = 500;

/** A role, as it was heard of. */
export interface LiveNode extends Omit<NodeMessage, "topic" | "v"> {
  /** The latest two. */
  tick?: TickMessage;
  earlierTick?: TickMessage;
  readonly spans: Record<string, Span[]>;
  /** What it has shown, tick by tick: for each label how many, and the value. */
  readonly shown: Record<string, [count: number, value: number][]>;
  /** How many spans of it were not timed, or not told. */
  missed: number;
  /** When it was last heard of, by the clock of who listens. */
  heard: number;
  /** How far its clock is ahead, in milliseconds; small ones are the time on the way. */
  skew: number;
}

/** A line of what happened. */
export interface LogEntry {
  t: number;
  id: string;
  level: string;
  text: string;
}

export class LiveState {
  readonly nodes = new Map<string, LiveNode>();
  readonly children = new Map<string, ChildMessage>();
  readonly runs = new Map<Pattern, RunMessage>();
  /** What the control did, one after another. */
  readonly events: ChildMessage[] = [];
  readonly log: LogEntry[] = [];

  /** @param now When it came, in milliseconds since 1970. */
  apply(message: LiveMessage, now: number): void {
    switch (message.topic) {
      case "node":
        this.#applyNode(message, now);
        return;
      case "tick": {
        const node = this.#hear(message.id, now);
        if (node === undefined) return;
        if (node.tick !== undefined && node.tick.t !== message.t) node.earlierTick = node.tick;
        node.tick = message;
        remember(node, message);
        node.skew = message.t - now;
        return;
      }
      case "span": {
        const node = this.#hear(message.id, now);
        if (node === undefined) return;
        if (!(message.socket in node.spans) && Object.keys(node.spans).length >= MAX_KEYS) return;
        const spans = (node.spans[message.socket] ??= []);
        spans.push(...message.spans);
        node.missed += message.missed;
        if (spans.length > MAX_SPANS)
          node.missed += spans.splice(0, spans.length - (MAX_SPANS * 3) / 4).length;
        return;
      }
      case "log":
        if (this.#hear(message.id, now) === undefined) return;
        this.log.push({ t: message.t, id: message.id, level: message.level, text: message.text });
        if (this.log.length > MAX_LOG) this.log.shift();
        return;
      case "run":
        this.#applyRun(message);
        return;
      case "child":
        this.children.delete(message.child);
        this.children.set(message.child, message);
        this.events.push(message);
        if (this.events.length > MAX_LOG) this.events.shift();
        forgetOldest(this.children, MAX_CHILDREN, ({ state }) => state !== "running" && state !== "frozen");
    }
  }

  /** What runs in a view; side by side, only as long as neither pattern has been run again by itself. */
  runOf(view: View): RunMessage | undefined {
    const runs = patternsOf(view).map((pattern) => this.runs.get(pattern));
    return view !== "both" || runs.every((run) => run?.view === view) ? runs[0] : undefined;
  }

  /** Messages that make the same state. */
  *snapshot(): Generator<LiveMessage> {
    for (const run of this.runs.values()) yield run;
    yield* this.events;
    for (const node of this.nodes.values()) {
      const { tick, earlierTick, spans, shown: _shown, missed, heard: _heard, skew: _skew, ...rest } = node;
      const { state, code: _code, ...begin } = rest;
      yield { topic: "node", v: 1, ...begin };
      if (earlierTick !== undefined) yield earlierTick;
      if (tick !== undefined) yield tick;
      for (const [index, [socket, all]] of Object.entries(spans).entries()) {
        yield { topic: "span", id: node.id, socket, spans: all, missed: index === 0 ? missed : 0 };
      }
      if (state !== undefined) yield { topic: "node", v: 1, ...rest };
    }
    for (const { t, id, level, text } of this.log) {
      yield { topic: "log", t, id, level: level as "info", text };
    }
  }

  #applyNode({ topic: _topic, v: _v, ...told }: NodeMessage, now: number): void {
    const known = this.nodes.get(told.id);
    if (known !== undefined) {
      Object.assign(known, told, { heard: now });
      return;
    }
    // Forgotten already
    if (told.state === "ended") return;
    this.nodes.set(told.id, { ...told, spans: empty(), shown: empty(), missed: 0, heard: now, skew: 0 });
    forgetOldest(this.nodes, MAX_NODES, () => true);
  }

  #hear(id: string, now: number): LiveNode | undefined {
    const node = this.nodes.get(id);
    if (node !== undefined) node.heard = now;
    return node;
  }

  #applyRun(run: RunMessage): void {
    this.runs.set(run.pattern, run);
    for (const [child, { pattern, pid, role }] of this.children) {
      if (pattern !== run.pattern) continue;
      this.children.delete(child);
      for (const [id, node] of this.nodes) if (node.pid === pid && node.role === role) this.nodes.delete(id);
    }
    const rest = this.events.filter(({ pattern }) => pattern !== run.pattern);
    this.events.splice(0, this.events.length, ...rest);
  }
}

/** Without a prototype: its keys come from anybody. */
const empty = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

function remember({ shown }: LiveNode, { show = [] }: TickMessage): void {
  for (const [label, count, value] of show) {
    if (!(label in shown) && Object.keys(shown).length >= MAX_KEYS) continue;
    const history = (shown[label] ??= []);
    if (count > 0 && history.at(-1)?.[0] !== count) history.push([count, value]);
    if (history.length > MAX_SHOWN) history.shift();
  }
}

function forgetOldest<T>(map: Map<string, T>, max: number, mayGo: (value: T) => boolean): void {
  if (map.size <= max) return;
  for (const [key, value] of map) {
    if (!mayGo(value)) continue;
    map.delete(key);
    return;
  }
}
