import { RefusedError } from "../connection-log.js";
import type { SocketContext } from "../context.js";

/** How long all servers may refuse before the role ends, in milliseconds: a certificate may be on its way. */
const PATIENCE = 2000;

/** Ends a role that each of its servers has refused, once they have done so for two seconds. */
export class Refusals {
  /** The servers at each endpoint that the user wrote. */
  readonly #servers: Map<string, readonly string[]>;
  readonly #context: SocketContext | undefined;
  readonly #refused = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param endpoints Those of all the servers. */
  constructor(endpoints: readonly string[], context?: SocketContext) {
    this.#servers = new Map(endpoints.map((endpoint) => [endpoint, [endpoint]]));
    this.#context = context;
  }

  /** Tells which servers there are at one of the endpoints now, by endpoints of their own. */
  setServers(endpoint: string, servers: readonly string[]): void {
    this.#servers.set(endpoint, servers);
    if (!this.#areAllRefused) this.#stop();
  }

  /** A server has refused. */
  add(server: string, reason: string): void {
    this.#refused.add(server);
    if (!this.#areAllRefused) return;
    this.#timer ??= setTimeout(() => this.#context?.onFatalError(new RefusedError(reason)), PATIENCE).unref();
  }

  /** A server does not refuse any more: it has admitted us, or is gone. */
  delete(server: string): void {
    if (this.#refused.delete(server)) this.#stop();
  }

  get #areAllRefused(): boolean {
    return [...this.#servers.values()].flat().every((server) => this.#refused.has(server));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
