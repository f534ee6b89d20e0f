import { setTimeout as sleep } from "node:timers/promises";
import type { SocketContext } from "../context.js";
import { parseTcp, tcpEndpoint } from "../endpoints.js";
import { type Address, type Resolve, resolveHost, UnreachableError } from "../hosts.js";
import { type LoggedPeer, reportProblem, type Said } from "./logged-peer.js";
import { openConnection } from "./probe.js";
import type { Refusals } from "./refusals.js";

/** How often a name is looked up, in milliseconds: a new address is found, and one that is gone let go, in five seconds. */
const INTERVAL = 2000;

/** After how long a name that has never been resolved is looked up again, in milliseconds; it doubles up to the interval. */
const FIRST_PAUSE = 100;

/** How many lookups in a row an address has to be missing from before it is let go. */
const MISSING = 2;

/** A peer at one of the addresses of a name. */
export interface Replica extends LoggedPeer {
  /** `tcp://192.0.2.1:5555`. */
  readonly endpoint: string;
}

export interface ReplicasOptions {
  context: SocketContext | undefined;
  refusals: Refusals;
  /** Ends it. */
  signal: AbortSignal;
  /** How to look up the name. Default: as the system does. */
  resolve?: Resolve | undefined;
  /** Connects to a replica. */
  connect: (replica: Replica) => void;
  isConnected: (replica: Replica) => boolean;
  /**
   * Lets go of a replica whose address the name does not have any more.
   *
   * @returns False while that would lose something; it is tried again later.
   */
  disconnect: (replica: Replica) => boolean;
}

/** Where a {@link Replica} is in the lookups. */
interface Known extends Replica {
  said: Said | undefined;
  /** How many lookups in a row its address has been missing from. */
  missing: number;
}

/**
 * Follows the addresses of a name: every replica of a service that has one name. It looks the name up outside libzmq,
 * which would take the first address only, and hold up all connections while no name server answers.
 *
 * A host of both families is one host, so a name is followed in one family: IPv4 where it has such an address, until
 * nobody is connected and somebody answers by IPv6, and the other way round. While a name cannot be resolved, the
 * addresses that it had count.
 */
export class Replicas {
  readonly #endpoint: string;
  readonly #options: ReplicasOptions;
  readonly #known = new Map<string, Known>();
  #addresses: readonly Address[] = [];
  #family: Address["family"] = 4;
  /** What the log has said of the name before it had a replica. */
  #said: Said | undefined = {};
  #isLooking = false;

  /** @param endpoint A tcp endpoint with a name in it. */
  constructor(endpoint: string, options: ReplicasOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    void this.#follow();
  }

  /** Those of the replicas that it has not let go of. */
  get endpoints(): string[] {
    return [...this.#known.keys()];
  }

  /** To be called when an attempt to connect has failed: looks for somebody in the other family, if nobody is connected. */
  async attemptFailed(): Promise<void> {
    const others = this.#addresses.filter(({ family }) => family !== this.#family);
    if (others.length === 0 || this.#isLooking || this.#isConnected) return;
    this.#isLooking = true;
    const answers = await Promise.all(others.map((address) => this.#answers(address)));
    this.#isLooking = false;
    if (!answers.includes(true) || this.#options.signal.aborted || this.#isConnected) return;
    this.#family = this.#family === 4 ? 6 : 4;
    // A server in both families would be connected to twice
    for (const replica of this.#known.values()) replica.missing = MISSING;
    this.#update();
  }

  async #follow(): Promise<void> {
    const { context, signal, resolve = resolveHost } = this.#options;
    const { host } = this.#tcp;
    try {
      for (let pause = FIRST_PAUSE; ; pause = Math.min(INTERVAL, 2 * pause)) {
        try {
          this.#addresses = await resolve(host, signal);
          if (signal.aborted) return;
          this.#update();
          pause = INTERVAL;
        } catch (error) {
          if (!(error instanceof UnreachableError)) throw error;
          this.#reportUnresolved(error.message);
        }
        await sleep(pause, undefined, { signal, ref: false });
      }
    } catch (error) {
      if (!signal.aborted) context?.onFatalError(error as Error);
    }
  }

  #update(): void {
    const { connect, disconnect } = this.#options;
    if (!this.#addresses.some(({ family }) => family === this.#family)) {
      this.#family = this.#addresses[0]?.family ?? this.#family;
    }
    const wanted = new Set(
      this.#addresses
        .filter(({ family }) => family === this.#family)
        .map((address) => tcpEndpoint(address, this.#tcp.port)),
    );
    for (const replica of this.#known.values()) {
      replica.missing = wanted.has(replica.endpoint) ? 0 : replica.missing + 1;
      if (replica.missing >= MISSING && disconnect(replica)) this.#known.delete(replica.endpoint);
    }
    for (const endpoint of wanted) {
      const known = this.#known.get(endpoint);
      if (known !== undefined) {
        known.said ??= {};
        continue;
      }
      const replica = this.#replica(endpoint);
      this.#known.set(endpoint, replica);
      connect(replica);
    }
    this.#options.refusals.setServers(this.#endpoint, [...wanted]);
  }

  #replica(endpoint: string): Known {
    const label = () => {
      const isOneOfSeveral = [...this.#known.values()].some(
        (other) => other.missing === 0 && other.endpoint !== endpoint,
      );
      return isOneOfSeveral ? `${this.#endpoint} (${parseTcp(endpoint)?.host})` : this.#endpoint;
    };
    return {
      endpoint,
      missing: 0,
      said: this.#takeOver(),
      get label() {
        return label();
      },
    };
  }

  /** A new replica takes the place of one that is gone: of both, the log speaks as of one that was lost and is back. */
  #takeOver(): Said {
    const gone = [...this.#known.values()].find(
      (replica) => replica.missing > 0 && replica.said !== undefined && !this.#options.isConnected(replica),
    );
    const said = gone?.said ?? this.#said ?? {};
    this.#said = undefined;
    if (gone !== undefined) gone.said = undefined;
    return said;
  }

  #reportUnresolved(problem: string): void {
    if (this.#isConnected) return;
    const [first = { said: this.#said }] = this.#known.values();
    reportProblem(first, problem, this.#options.context);
  }

  async #answers(address: Address): Promise<boolean> {
    try {
      (await openConnection({ host: address.address, port: Number(this.#tcp.port) })).destroy();
      return true;
    } catch {
      return false;
    }
  }

  get #isConnected(): boolean {
    return [...this.#known.values()].some((replica) => this.#options.isConnected(replica));
  }

  get #tcp(): { host: string; port: string } {
    return parseTcp(this.#endpoint) ?? { host: "", port: "" };
  }
}
