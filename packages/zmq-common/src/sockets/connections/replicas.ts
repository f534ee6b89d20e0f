import { setTimeout as sleep } from "node:timers/promises";
import type { SocketContext } from "../context.js";
import { parseTcp, tcpEndpoint } from "../endpoints.js";
import { type Address, type Resolve, resolveHost } from "../hosts.js";
import { type LoggedPeer, reportProblem, type Said } from "./logged-peer.js";
import { openConnection } from "./probe.js";
import type { Refusals } from "./refusals.js";

/** How host names are looked up. */
export interface Lookups {
  /** Default: as the system does. */
  resolve?: Resolve;
  /** How often, in milliseconds. Default 2000: a new address is found, and one that is gone let go of, in five seconds. */
  interval?: number;
}

/** After how long a name that has never been resolved is looked up again, in milliseconds; it doubles up to the interval. */
const FIRST_PAUSE = 100;

/** In how many lookups in a row an address has to be missing, and not connected, before it is let go of. */
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
  lookups?: Lookups | undefined;
  /**
   * Connects to a replica.
   *
   * @returns False if that is not possible now; it is tried again later.
   */
  connect: (replica: Replica) => boolean;
  /** Whether there is a connection to a replica. */
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
  /** Whether the name does not have its address any more. */
  isGone: boolean;
  /** In how many lookups in a row it was gone, and not connected. */
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
    this.#follow().catch((error: unknown) => options.context?.onFatalError(error as Error));
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
    const { signal, lookups: { interval = 2000 } = {} } = this.#options;
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      if (await this.#lookUp()) {
        pause = interval;
        this.#update();
      }
      // A signal ends it
      await sleep(pause, undefined, { signal, ref: false }).catch(() => {});
      pause = Math.min(interval, 2 * pause);
    }
  }

  /** @returns Whether there is something to be done. */
  async #lookUp(): Promise<boolean> {
    const { signal, lookups: { resolve = resolveHost } = {} } = this.#options;
    try {
      this.#addresses = await resolve(this.#tcp.host, signal);
      return !signal.aborted;
    } catch (error) {
      if (!signal.aborted) this.#reportUnresolved((error as Error).message);
      return false;
    }
  }

  #update(): void {
    const { connect, isConnected, disconnect } = this.#options;
    if (!this.#addresses.some(({ family }) => family === this.#family)) {
      this.#family = this.#addresses[0]?.family ?? this.#family;
    }
    const wanted = new Set(
      this.#addresses
        .filter(({ family }) => family === this.#family)
        .map((address) => tcpEndpoint(address, this.#tcp.port)),
    );
    for (const replica of this.#known.values()) {
      replica.isGone = !wanted.has(replica.endpoint);
      replica.missing = replica.isGone && !isConnected(replica) ? replica.missing + 1 : 0;
      if (replica.missing >= MISSING && disconnect(replica)) this.#known.delete(replica.endpoint);
    }
    for (const endpoint of wanted) {
      const known = this.#known.get(endpoint);
      if (known !== undefined) {
        known.said ??= {};
        continue;
      }
      const replica = this.#replica(endpoint);
      if (connect(replica)) this.#known.set(endpoint, replica);
    }
    this.#options.refusals.setServers(this.#endpoint, [...wanted]);
  }

  #replica(endpoint: string): Known {
    const label = () => {
      const isOneOfSeveral = [...this.#known.values()].some(
        (other) => !other.isGone && other.endpoint !== endpoint,
      );
      return isOneOfSeveral ? `${this.#endpoint} (${parseTcp(endpoint)?.host})` : this.#endpoint;
    };
    return {
      endpoint,
      isGone: false,
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
      (replica) => replica.isGone && replica.said !== undefined && !this.#options.isConnected(replica),
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
