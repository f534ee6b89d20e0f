import { RefusedError } from "../connection-log.js";
import type { SocketContext } from "../context.js";

/** How long all servers may refuse before the role ends, in milliseconds: a certificate may be on its way. */
const PATIENCE = 2000;

/** Ends a role that each of its servers has refused, once they have done so for two seconds. */
export class Refusals {
  readonly #endpoints: ReadonlySet<string>;
  readonly #context: SocketContext | undefined;
  readonly #refused = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param endpoints Those of all the servers. */
  constructor(endpoints: readonly string[], context?: SocketContext) {
    this.#endpoints = new Set(endpoints);
    this.#context = context;
  }

  /** A server has refused. */
  add(endpoint: string, reason: string): void {
    this.#refused.add(endpoint);
    if (this.#refused.size < this.#endpoints.size) return;
    this.#timer ??= setTimeout(() => this.#context?.onFatalError(new RefusedError(reason)), PATIENCE).unref();
  }

  /** A server does not refuse any more: it has admitted us, or is gone. */
  delete(endpoint: string): void {
    if (!this.#refused.delete(endpoint)) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
