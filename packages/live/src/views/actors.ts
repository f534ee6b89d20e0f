/** Who takes part in a pattern, and how they stand. */
import type { Span } from "zmq-common";
import { type ChildMessage, type Pattern, ROLES } from "../messages.js";
import type { LiveNode, LiveState } from "../state.js";

/** After how much silence a role counts as silent, in milliseconds. */
const SILENCE = 2000;

/** For how long one is shown that has ended, where nobody has started a run here, in milliseconds. */
const MEMORY = 30_000;

type Condition = "starting" | "running" | "frozen" | "silent" | "ended" | "failed" | "killed";

export interface Actor {
  /** Of its own: the process's, or the role's. */
  key: string;
  role: string;
  /** Which of those with its role it is, from 1 on. */
  number: number;
  /** Whether there are several with its role. */
  isOneOfMany: boolean;
  condition: Condition;
  node: LiveNode | undefined;
  child: ChildMessage | undefined;
}

/** How a role stands that nobody here has started. */
function conditionOf(node: LiveNode, now: number): Condition {
  if (node.state === "ended") return node.code === 0 ? "ended" : "failed";
  return now - node.heard > SILENCE ? "silent" : "running";
}

/** Whether it is over, one way or the other. */
export function isOver({ condition }: Pick<Actor, "condition">): boolean {
  return condition === "ended" || condition === "failed" || condition === "killed";
}

/** Those of a pattern's present run, in the order of its roles, and of their start. */
export function actorsOf(state: LiveState, pattern: Pattern, now: number): Actor[] {
  const roles = ROLES[pattern];
  const nodes = [...state.nodes.values()].filter(({ role }) => roles.includes(role));
  const children = [...state.children.values()].filter((child) => child.pattern === pattern);
  const since = state.runs.get(pattern)?.t ?? batchStart(nodes);
  const actors: Omit<Actor, "isOneOfMany">[] = children.map((child) => {
    const node = nodes.find((each) => each.pid === child.pid && each.role === child.role);
    const started = child.state === "running" && node === undefined ? "starting" : child.state;
    const number = Number(/\d+$/.exec(child.child)?.[0] ?? 1);
    return { key: child.child, role: child.role, number, condition: started, node, child };
  });
  const own = new Set(actors.map(({ node }) => node));
  const others = nodes
    .filter((node) => !own.has(node) && isPresent(node, since, now))
    .toSorted((one, other) => one.started - other.started || (one.id < other.id ? -1 : 1));
  for (const node of others) {
    const number = actors.filter(({ role }) => role === node.role).length + 1;
    const condition = conditionOf(node, now);
    actors.push({ key: node.id, role: node.role, number, condition, node, child: undefined });
  }
  const order = (actor: Omit<Actor, "isOneOfMany">) => roles.indexOf(actor.role) * 1000 + actor.number;
  return actors
    .toSorted((one, other) => order(one) - order(other))
    .map((actor) =>
      Object.assign(actor, { isOneOfMany: actors.filter(({ role }) => role === actor.role).length > 1 }),
    );
}

/** A sink serves one batch: the latest sink's is the present one. */
function batchStart(nodes: readonly LiveNode[]): number | undefined {
  const sinks = nodes.filter(({ role }) => role.endsWith("sink")).map(({ started }) => started);
  return sinks.length === 0 ? undefined : Math.max(...sinks);
}

function isPresent(node: LiveNode, since: number | undefined, now: number): boolean {
  if (node.state !== "ended") return now - node.heard < MEMORY;
  return (node.tick?.t ?? node.started) > (since ?? now - MEMORY);
}

/** The spans of all its sockets of a type: `REQ`, `REQ 2`. */
export function spansOf({ node }: Actor, type: string): Span[] {
  const all = Object.entries(node?.spans ?? {}).filter(([socket]) => socket.split(" ")[0] === type);
  const [first, ...more] = all;
  return more.length === 0
    ? (first?.[1] ?? [])
    : all.flatMap(([, spans]) => spans).toSorted(([one], [other]) => one - other);
}

/** What its sockets of a type have received and sent, and their peers. */
export function countsOf({ node }: Actor, type: string): { received: number; sent: number; peers: number } {
  const sum = { received: 0, sent: 0, peers: 0 };
  for (const [socket, [received, sent, peers]] of Object.entries(node?.tick?.sockets ?? {})) {
    if (socket.split(" ")[0] !== type) continue;
    sum.received += received;
    sum.sent += sent;
    sum.peers += peers;
  }
  return sum;
}

/** When it was stopped and went on again, and when it was killed; times as they are told. */
export function interruptions(
  state: LiveState,
  { child }: Actor,
  now: number,
): { frozen: [from: number, to: number][]; killedAt: number | undefined } {
  const frozen: [number, number][] = [];
  let killedAt: number | undefined;
  let since: number | undefined;
  for (const event of state.events) {
    if (child === undefined || event.child !== child.child || event.pid !== child.pid) continue;
    if (event.state === "frozen") since ??= event.t;
    else if (since !== undefined) {
      frozen.push([since, event.t]);
      since = undefined;
    }
    if (event.state === "killed") killedAt = event.t;
  }
  if (since !== undefined) frozen.push([since, now]);
  return { frozen, killedAt };
}
