import type { NetConnectOpts } from "node:net";
import { getSystemErrorMap } from "node:util";
import { isHostName, parseTcp } from "../endpoints.js";
import { type Address, resolveHost, resolveHostNow, UnreachableError } from "../hosts.js";
import { ipcPath } from "../ipc.js";
import { openConnection } from "./probe.js";

/** For how long the addresses of a host count as known while none of them answers, in milliseconds. */
const MAX_AGE = 5000;

/** These are no problem of the route: nobody listens there, or nobody answers. */
const NO_ANSWER = new Set(["ECONNREFUSED", "ETIMEDOUT"]);

/** What `localhost` means until it has been resolved. */
const LOCALHOST: readonly Address[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** By which family the peer at an endpoint was last found: a fresh socket need not look for it. */
const lastFamilies = new Map<string, Address["family"]>();

/** The way to the peer at an endpoint: the addresses of its host, IPv4 and IPv6, and which of them to use. */
export class Route {
  #family: Address["family"];
  readonly #endpoint: string;
  readonly #tcp: ReturnType<typeof parseTcp>;
  readonly #signal: AbortSignal;
  #addresses: readonly Address[] = [];
  /** Until when the addresses of a name count as known. */
  #validUntil = -Infinity;

  /** @param signal Ends whatever is waited for. */
  constructor(endpoint: string, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#signal = signal;
    this.#tcp = parseTcp(endpoint);
    this.#family = lastFamilies.get(endpoint) ?? (this.#tcp?.family === 6 ? 6 : 4);
    if (this.#isLocalhost) this.#addresses = LOCALHOST;
    else if (this.#tcp !== undefined && !this.#isName) {
      this.#addresses = [{ address: this.#tcp.host, family: this.#family }];
    }
  }

  /** The family of addresses to connect to. */
  get family(): Address["family"] {
    return this.#family;
  }

  set family(family: Address["family"]) {
    this.#family = family;
    lastFamilies.set(this.#endpoint, family);
  }

  /** Whether the host has a name of which nothing is known. `localhost` is at 127.0.0.1 until nobody answers there. */
  get isUnknown(): boolean {
    return this.isLookedUp && !lastFamilies.has(this.#endpoint);
  }

  /** Whether the host has a name that takes a name server, perhaps. */
  get isLookedUp(): boolean {
    return isHostName(this.#endpoint);
  }

  /** Finds out the addresses of the host at once, if that is possible; the process waits. */
  resolveNow(): void {
    this.#addresses = resolveHostNow(this.#tcp?.host ?? "");
    const [first] = this.#addresses;
    if (first === undefined) return;
    this.family = this.#addresses.find(({ family }) => family === 4)?.family ?? first.family;
  }

  /**
   * Looks for another way after an attempt of libzmq's that has failed.
   *
   * @param isReached Whether the attempt got as far as the host.
   * @returns The family of an address that answers, if libzmq does not use it already.
   * @throws {UnreachableError} When the host has no address, or there is no route to any of them.
   */
  async findOther(isReached: boolean): Promise<Address["family"] | undefined> {
    let failure: NodeJS.ErrnoException | undefined;
    if (this.#isName && performance.now() > this.#validUntil) await this.#update();
    for (const address of this.#addresses) {
      if (isReached && address.family === this.family) continue;
      try {
        (await openConnection(this.#target(address))).destroy();
        return address.family === this.family ? undefined : address.family;
      } catch (error) {
        failure = error as NodeJS.ErrnoException;
      }
    }
    if (failure === undefined || isReached || NO_ANSWER.has(failure.code ?? "")) return undefined;
    const [, reason = failure.message] = getSystemErrorMap().get(failure.errno ?? 0) ?? [];
    throw new UnreachableError(`cannot reach ${this.#endpoint}: ${reason}`, { cause: failure });
  }

  /** Where to open a connection of one's own to the peer; nowhere if its host is not known. */
  get target(): NetConnectOpts | undefined {
    const path = ipcPath(this.#endpoint);
    // An abstract name begins with an @ for libzmq, with a NUL for the system
    if (path !== undefined) return { path: path.replace(/^@/, "\0") };
    const address = this.#addresses.find(({ family }) => family === this.family);
    return address && this.#target(address);
  }

  /** How likely an endpoint with an address in it is this one: 0 if it cannot be. */
  likelihood(endpoint: string): number {
    const tcp = parseTcp(endpoint);
    if (tcp === undefined || tcp.port !== this.#tcp?.port) return 0;
    return this.#addresses.some(({ address }) => address === tcp.host) ? 2 : 1;
  }

  async #update(): Promise<void> {
    this.#addresses = await resolveHost(this.#tcp?.host ?? "", this.#signal);
    // Those of `localhost` do not change
    this.#validUntil = this.#isLocalhost ? Infinity : performance.now() + MAX_AGE;
  }

  #target({ address }: Address): NetConnectOpts {
    return { host: address, port: Number(this.#tcp?.port) };
  }

  get #isName(): boolean {
    return this.#tcp?.family === 0;
  }

  get #isLocalhost(): boolean {
    return this.#tcp?.host.toLowerCase() === "localhost";
  }
}
