import { execFile, execFileSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { parseTcp, tcpEndpoint } from "./endpoints.js";

/** An address of a host. */
export interface Address {
  address: string;
  family: 4 | 6;
}

/** A host whose name has no address that is known at present, or to which there is no route. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
}

/** Finds all addresses of a host name, as {@link resolveHost} does. */
export type Resolve = typeof resolveHost;

/**
 * All addresses of a host name, IPv4 and IPv6, as the system resolves it (`getaddrinfo`).
 *
 * A process of its own asks, `getent`, where there is one. `dns.lookup` waits in a thread of this process, which
 * cannot end before its threads have: ten seconds after a signal, where a name server does not answer.
 *
 * @param signal Ends the wait.
 * @throws {UnreachableError} When there are none, or no name server answers.
 */
export async function resolveHost(host: string, signal?: AbortSignal): Promise<Address[]> {
  const addresses = (await getent(host, signal)) ?? (await getaddrinfo(host));
  if (addresses.length === 0) throw new UnreachableError(`cannot resolve the host name ${host}`);
  return addresses;
}

/** How long {@link resolveHostNow} may take, in milliseconds. A name server answers within a few. */
const NOW = 150;

/**
 * All addresses of a host name, as {@link resolveHost} finds them, at once: the process waits, for 150 milliseconds at
 * most.
 *
 * @returns None where there are none, or none are known in that time.
 */
export function resolveHostNow(host: string): Address[] {
  try {
    const stdout = execFileSync("getent", getentArguments(host), {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: NOW,
    });
    return parseHosts(stdout);
  } catch {
    return [];
  }
}

// Without -A a machine whose only IPv6 address is ::1 would not find it
const getentArguments = (host: string) => ["-A", "--", "ahosts", host];

/** @returns Nothing on a system without this program, or with one that lacks these options. */
function getent(host: string, signal?: AbortSignal): Promise<Address[] | undefined> {
  return new Promise((resolve, reject) => {
    execFile("getent", getentArguments(host), { ...(signal && { signal }) }, (error, stdout) => {
      const NOT_FOUND = 2;
      if (error === null) resolve(parseHosts(stdout));
      else if (signal?.aborted) reject(error);
      else if (error.code === NOT_FOUND) resolve([]);
      else resolve(undefined);
    });
  });
}

/** Reads `192.0.2.1  STREAM name`, a line for each address and type of socket. */
function parseHosts(text: string): Address[] {
  const addresses = new Set(text.split("\n").flatMap((line) => line.split(/\s/, 1)));
  addresses.delete("");
  return [...addresses].map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
}

/** Takes every error for an unknown name: there are many codes, and they differ from system to system. */
async function getaddrinfo(host: string): Promise<Address[]> {
  return (await lookup(host, { all: true }).catch(() => [])) as Address[];
}

/**
 * What to bind in place of an endpoint: where its host is a name, each of its addresses; libzmq binds addresses and names
 * of network interfaces only.
 */
export async function localEndpoints(endpoint: string): Promise<string[]> {
  const tcp = parseTcp(endpoint);
  const isName = tcp?.family === 0 && tcp.host !== "*" && networkInterfaces()[tcp.host] === undefined;
  if (!isName) return [endpoint];
  // Of a name without any libzmq says what is wrong
  const addresses = await resolveHost(tcp.host).catch(() => []);
  if (addresses.length === 0) return [endpoint];
  return addresses.map((address) => tcpEndpoint(address, tcp.port));
}
