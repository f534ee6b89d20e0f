import { arch, cpus, loadavg, release, totalmem, type } from "node:os";

/** What it is measured on. */
export function machine(): Record<string, string> {
  const processors = cpus();
  return {
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown"} (${arch()})`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    "load before": load(),
  };
}

/** How many processes wanted a processor, on average over the last minute. */
export function load(): string {
  const [lastMinute = 0] = loadavg();
  return lastMinute.toFixed(2);
}
