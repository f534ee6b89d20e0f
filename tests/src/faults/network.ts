/** A network of two hosts with a router between them, in network namespaces of its own (Linux). */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { RunningProcess, StartOptions } from "process-kit/jest";

let networks = 0;

export class Network implements Disposable {
  /** The address of each host. */
  readonly addresses = { left: "10.99.1.1", right: "10.99.2.1" } as const;
  readonly #name = `zmq-${process.pid}-${(networks += 1)}`;

  constructor() {
    const { left, right, router } = this.#namespaces;
    for (const name of [left, right, router]) ip("netns", "add", name);
    this.#attach(left, this.addresses.left, "10.99.1.254", "eth0");
    this.#attach(right, this.addresses.right, "10.99.2.254", "eth1");
    this.heal();
  }

  get #namespaces() {
    return { left: `${this.#name}-l`, right: `${this.#name}-r`, router: `${this.#name}-m` };
  }

  #attach(host: string, address: string, gateway: string, port: string): void {
    const { router } = this.#namespaces;
    ip("-n", host, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", router);
    ip("-n", host, "address", "add", `${address}/24`, "dev", "eth0");
    ip("-n", router, "address", "add", `${gateway}/24`, "dev", port);
    for (const device of ["lo", "eth0"]) ip("-n", host, "link", "set", device, "up");
    ip("-n", router, "link", "set", port, "up");
    ip("-n", host, "route", "add", "default", "via", gateway);
  }

  /** From now on no packet passes from host to host, and neither of them is told. */
  cut(): void {
    this.#forward(0);
  }

  heal(): void {
    this.#forward(1);
  }

  #forward(value: 0 | 1): void {
    const { router } = this.#namespaces;
    ip("netns", "exec", router, "sh", "-c", `echo ${value} > /proc/sys/net/ipv4/ip_forward`);
  }

  /** Start options of a process that runs on one of the hosts. */
  on(host: "left" | "right"): StartOptions {
    return { via: ["ip", "netns", "exec", this.#namespaces[host]] };
  }

  /** How often a process has tried to open a connection: it must be the only one on its host. */
  attempts({ pid }: RunningProcess): number {
    const lines = readFileSync(`/proc/${pid}/net/snmp`, "utf8").split("\n");
    const [names, values] = lines.filter((line) => line.startsWith("Tcp:")).map((line) => line.split(" "));
    return Number(values?.[names?.indexOf("ActiveOpens") ?? -1]);
  }

  [Symbol.dispose](): void {
    for (const name of Object.values(this.#namespaces)) ip("netns", "delete", name);
  }
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}
