/** What a process holds and uses (Linux: /proc). Each function throws when the process has ended. */
import { readdirSync, readFileSync } from "node:fs";

/** How many descriptors a process has open. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** A process's memory (resident set), in MB. */
export function residentMemory(pid: number): number {
  return memory(pid, "VmRSS");
}

/** The most memory that a process has had since its start (resident set), in MB. */
export function peakMemory(pid: number): number {
  return memory(pid, "VmHWM");
}

function memory(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`Expected process ${pid} to have memory, but it has ended`);
  return Number(kilobytes) / 1024;
}

/** How long a process has computed since its start (user and system time), in milliseconds. */
export function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name, which may hold anything, in brackets; in hundredths of a second
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
