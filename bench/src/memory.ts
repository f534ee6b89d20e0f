import { readFileSync } from "node:fs";

/**
 * A process's memory (resident set), in MB. Linux only.
 *
 * @throws When the process has ended.
 */
export function memory(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kilobytes === undefined) throw new Error(`Expected process ${pid} to have memory, but it has ended`);
  return Number(kilobytes) / 1024;
}
