/** The kinds of apps that can be made. Each has its templates, in the folder of its name. */

/** An app that one of this kind connects to. */
export interface PeerSpec {
  /** The option that takes its endpoint. */
  readonly option: string;
  /** What it is, for messages. */
  readonly what: string;
  /** Its sockets, as zeromq.js calls them: one of these. */
  readonly sockets: readonly string[];
  /** The app to connect to, unless another one is named. */
  readonly default: string;
}

export interface Kind {
  /** What it does, with its sockets: the description of the app. */
  readonly does: string;
  /** Whether it binds. One that does not connects to its peers. */
  readonly binds: boolean;
  /** The apps it connects to, in the order in which they are named. */
  readonly peers: readonly PeerSpec[];
  /** Its options besides those that are endpoints: variables of its compose service. */
  readonly options: readonly string[];
}

export const KINDS = {
  reply: { does: "Answers every request (REP)", binds: true, peers: [], options: ["reply"] },
  request: {
    does: "Sends requests and waits for each reply (REQ)",
    binds: false,
    peers: [{ option: "connect", what: "server", sockets: ["Reply"], default: "hello-server" }],
    options: ["requests", "message", "timeout"],
  },
  publish: { does: "Publishes numbers behind their topics (PUB)", binds: true, peers: [], options: ["rate"] },
  subscribe: {
    does: "Prints the updates it subscribes to (SUB)",
    binds: false,
    peers: [
      { option: "connect", what: "publisher", sockets: ["Publisher", "XPublisher"], default: "wuserver" },
    ],
    options: ["filters", "updates"],
  },
  push: {
    does: "Deals tasks out to workers (PUSH)",
    binds: true,
    peers: [],
    options: ["tasks", "workers"],
  },
  pull: { does: "Collects the results of workers (PULL)", binds: true, peers: [], options: ["results"] },
  worker: {
    does: "Does tasks and sends their results on (PULL, PUSH)",
    binds: false,
    peers: [
      { option: "vent", what: "ventilator", sockets: ["Push"], default: "taskvent" },
      { option: "sink", what: "sink", sockets: ["Pull"], default: "tasksink" },
    ],
    options: [],
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export function isKind(name: string): name is KindName {
  return Object.hasOwn(KINDS, name);
}
