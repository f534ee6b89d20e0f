import { readFileSync } from "node:fs";

/** A process's memory (resident set), in MB. Linux only. */
export function memory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}
