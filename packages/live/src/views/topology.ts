/** Who is connected to whom. */
import type { SocketInfo } from "zmq-common";
import type { Pattern } from "../messages.js";
import { type Actor, isOver } from "./actors.js";

/** The roles of each column, from left to right. */
export const COLUMNS: Readonly<Record<Pattern, readonly (readonly string[])[]>> = {
  hello: [["hello-client"], ["hello-server"]],
  weather: [
    ["wuserver", "number-publisher"],
    ["wuclient", "number-subscriber"],
  ],
  pipeline: [["taskvent"], ["taskwork"], ["tasksink"]],
  jobs: [["jobvent"], ["jobwork"], ["jobsink"]],
};

export interface Edge {
  key: string;
  /** The actor in the left column, and the one in the right. */
  from: Actor;
  to: Actor;
  /** Messages a second on it, in either direction; not known where its socket has several peers. */
  rate: number | undefined;
  /** Whether it leads past a column. */
  isLong: boolean;
  /** Whether both ends are there. */
  isUp: boolean;
}

/** The connections: socket events name no remote peer, so they are found from the side that connects. */
export function edgesOf(pattern: Pattern, actors: readonly Actor[]): Edge[] {
  const columnOf = ({ role }: Actor) => COLUMNS[pattern].findIndex((roles) => roles.includes(role));
  const edges = new Map<string, Edge>();
  for (const one of actors) {
    for (const socket of one.node?.sockets ?? []) {
      const peers = socket.connects.flatMap((endpoint) => findBound(one, endpoint, actors));
      for (const other of peers) {
        const [from, to] = columnOf(one) <= columnOf(other) ? [one, other] : [other, one];
        const isLong = columnOf(to) - columnOf(from) > 1;
        // The chapter's ventilator tells the sink only that a batch begins; jobs' results go this way
        if (pattern === "pipeline" && isLong) continue;
        const isUp = !isOver(one) && !isOver(other) && (countOf(one, socket)?.[2] ?? 0) > 0;
        const rate = peers.length === 1 ? rateOf(one, socket) : undefined;
        edges.set(`${from.key} ${to.key}`, { key: `${from.key} ${to.key}`, from, to, rate, isLong, isUp });
      }
    }
  }
  return [...edges.values()];
}

/** Those that have bound what somebody connects to: by port, and by address or host as far as they are known. */
function findBound(connecting: Actor, endpoint: string, actors: readonly Actor[]): Actor[] {
  const wanted = parse(endpoint);
  const candidates = actors.filter(
    (actor) =>
      actor !== connecting &&
      actor.node?.sockets.some(({ binds }) => binds.some((each) => parse(each).port === wanted.port)),
  );
  const isLocal = /^(127\.|localhost$|::1$)/.test(wanted.host) || wanted.host === "";
  const exact = candidates.filter(({ node, role }) =>
    isLocal
      ? node?.host === connecting.node?.host
      : node?.addresses?.includes(wanted.host) || node?.host === wanted.host || role === wanted.host,
  );
  return exact.length > 0 ? exact : candidates;
}

/** Of an ipc endpoint, the path is taken for the port. */
function parse(endpoint: string): { host: string; port: string } {
  const [, host = "", port = ""] = /^tcp:\/\/\[?([^\]]*)\]?:(\d+)$/.exec(endpoint) ?? ["", "", endpoint];
  return { host, port };
}

const countOf = ({ node }: Actor, { name }: SocketInfo) => node?.tick?.sockets[name];

/** Messages a second of a socket, between its latest two ticks. */
function rateOf({ node }: Actor, { name }: Pick<SocketInfo, "name">): number | undefined {
  const { tick, earlierTick } = node ?? {};
  const [now, before] = [tick?.sockets[name], earlierTick?.sockets[name]];
  if (tick === undefined || earlierTick === undefined || now === undefined || before === undefined) {
    return undefined;
  }
  const messages = now[0] + now[1] - before[0] - before[1];
  return messages / ((tick.t - earlierTick.t) / 1000);
}
