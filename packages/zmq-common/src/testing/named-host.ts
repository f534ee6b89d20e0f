import { type Address, type Resolve, UnreachableError } from "../sockets/hosts.js";

/** A host name whose addresses a test decides on; it has none at first. */
export class NamedHost {
  #addresses: readonly string[];
  #lookups = 0;
  /** What looks it up. */
  readonly resolve: Resolve = (host) => {
    this.#lookups += 1;
    if (this.#addresses.length > 0) return Promise.resolve(this.#addresses.map((address) => parse(address)));
    return Promise.reject(new UnreachableError(`cannot resolve the host name ${host}`));
  };

  constructor(...addresses: string[]) {
    this.#addresses = addresses;
  }

  set(...addresses: string[]): void {
    this.#addresses = addresses;
  }

  /** How often it has been looked up. */
  get lookups(): number {
    return this.#lookups;
  }
}

function parse(address: string): Address {
  return { address, family: address.includes(":") ? 6 : 4 };
}
