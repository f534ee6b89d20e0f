/** Starts the three roles, in a folder of their own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endAll, freeEndpoint, role, type RoleOptions, type RunningProcess } from "process-kit/jest";

/** The errors in a role's log. */
export function errorsOf(process: RunningProcess): string[] {
  return process
    .logged()
    .filter(({ level }) => level >= 50)
    .map(({ msg }) => msg);
}

export class Pipeline implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "jobs-"));
  readonly bind: string;
  readonly sinkBind: string;

  private constructor(bind: string, sinkBind: string) {
    this.bind = bind;
    this.sinkBind = sinkBind;
  }

  static async create(): Promise<Pipeline> {
    return new Pipeline(await freeEndpoint(), await freeEndpoint());
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes the input, and returns its path. */
  input(lines: readonly (string | number)[], name = "input"): string {
    writeFileSync(this.path(name), lines.map((line) => `${line}\n`).join(""));
    return this.path(name);
  }

  vent(options: RoleOptions<"jobvent"> = {}): RunningProcess {
    return role("jobvent", { bind: this.bind, sink: this.sinkBind, ...options });
  }

  sink(options: RoleOptions<"jobsink"> = {}): RunningProcess {
    return role("jobsink", { bind: this.sinkBind, journal: this.path("sink"), ...options });
  }

  worker(options: RoleOptions<"jobwork"> = {}): RunningProcess {
    return role("jobwork", { vent: this.bind, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endAll();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
