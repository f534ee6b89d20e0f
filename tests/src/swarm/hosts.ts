/** Three hosts of a Docker Swarm on this machine, and `docker-stack.yml` on them. */
import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, jest } from "@jest/globals";
import { execa } from "execa";
import { eventually, SWARM_SCRIPT } from "process-kit/jest";

const ROOT = join(import.meta.dirname, "../../..");

/** How long a command may take, in milliseconds. */
const DEADLINE = 120_000;

/** How long it may take to start the hosts, to build the images and to bring them there, in milliseconds. */
const SETUP_DEADLINE = 900_000;

/** The host that manages the Swarm, and has the journals. */
export const MANAGER = 1;

const HOSTS = [MANAGER, 2, 3] as const;

export type Host = (typeof HOSTS)[number];

/** The roles of each pattern: its services. */
const PATTERNS = {
  hello: ["hello-server", "hello-client"],
  weather: ["wuserver", "wuclient"],
  pipeline: ["taskvent", "taskwork", "tasksink"],
  jobs: ["jobvent", "jobwork", "jobsink"],
} as const;

export type Pattern = keyof typeof PATTERNS;

const ROLES = Object.values(PATTERNS).flat();

/** What images there are. */
const APPS = [...ROLES, "dashboard"];

/** Environment variables of `docker-stack.yml`. */
export type Settings = Record<string, string | number>;

export interface DeployOptions {
  /** Compose files that come on top of `docker-stack.yml`, from the top of the repository on. */
  overrides?: readonly string[];
}

/** A container of a service, wherever it is, and whether it runs or has ended. */
export interface Container {
  id: string;
  host: Host;
  isRunning: boolean;
  /** How it has ended, if it has. */
  status: number | undefined;
}

/**
 * Starts the hosts and brings the images to them before the tests of the file, removes the stack after each test,
 * and everything in the end.
 */
export function threeHosts(): Hosts {
  // Longer than its waits may take, whose own deadlines tell more
  jest.setTimeout(3 * DEADLINE);
  const hosts = new Hosts();
  beforeAll(() => hosts.up(), SETUP_DEADLINE);
  afterEach(() => hosts.remove(), DEADLINE);
  afterAll(() => hosts.down(), DEADLINE);
  return hosts;
}

export class Hosts {
  /** No other run has it, so that none meets the other's images. */
  readonly tag = `test-${randomUUID().slice(0, 8)}`;
  /** A stack for each test: none meets the journals of another. */
  #stacks = 0;

  /** The name of the present one. */
  get stack(): string {
    return `zeromq${this.#stacks}`;
  }

  image(role: string, tag = this.tag): string {
    return `localhost:5000/zeromq-${role}:${tag}`;
  }

  async up(): Promise<void> {
    // What a run that was killed has left
    await swarm("down");
    await swarm("up", HOSTS.length);
    const build = [
      "docker",
      "compose",
      "--file",
      join(ROOT, "docker-stack.yml"),
      "--env-file",
      devNull,
      "build",
    ];
    await succeed(build, { TAG: this.tag });
    await swarm("load", ...APPS.map((role) => this.image(role)));
  }

  async down(): Promise<void> {
    await swarm("down");
    await succeed(["docker", "image", "rm", ...APPS.map((role) => this.image(role))]);
  }

  /** Deploys some patterns, and no replica of the others. */
  async deploy(
    patterns: Pattern[],
    settings: Settings = {},
    { overrides = [] }: DeployOptions = {},
  ): Promise<void> {
    this.#stacks += 1;
    const wanted = new Set<string>(patterns.flatMap((pattern) => PATTERNS[pattern]));
    const none = ROLES.filter((role) => !wanted.has(role)).map((role) => [`${variableOf(role)}_REPLICAS`, 0]);
    const files = ["docker-stack.yml", ...overrides].flatMap((file) => ["--compose-file", join(ROOT, file)]);
    // The images are there; there is no registry to ask for newer ones
    const command = ["stack", "deploy", "--resolve-image", "never", ...files, this.stack];
    await this.docker(MANAGER, command, { TAG: this.tag, ...Object.fromEntries(none), ...settings });
  }

  /** Removes the stack, if there is one, and waits for the end of its containers. */
  async remove(): Promise<void> {
    if (this.#stacks === 0) return;
    await this.docker(MANAGER, ["stack", "rm", this.stack]);
    const label = `com.docker.stack.namespace=${this.stack}`;
    await eventually(async () => {
      const left = await Promise.all(HOSTS.map((host) => this.#ps(host, label)));
      return left.flat().length === 0;
    }, "no container is left");
  }

  /** `docker service scale`: returns when it has asked for it. */
  async scale(role: string, replicas: number): Promise<void> {
    await this.docker(MANAGER, ["service", "scale", "--detach", `${this.stack}_${role}=${replicas}`]);
  }

  /** A rolling update to another image: returns when it is completed. */
  async update(role: string): Promise<void> {
    const next = this.image(role, `${this.tag}-next`);
    for (const host of HOSTS) await this.docker(host, ["tag", this.image(role), next]);
    const command = ["service", "update", "--no-resolve-image", "--detach", "--image", next];
    await this.docker(MANAGER, [...command, `${this.stack}_${role}`]);
    await eventually(
      async () => {
        const format = "{{if .UpdateStatus}}{{.UpdateStatus.State}} {{.UpdateStatus.Message}}{{end}}";
        const state = await this.docker(MANAGER, [
          "service",
          "inspect",
          "--format",
          format,
          `${this.stack}_${role}`,
        ]);
        if (/paused|rollback/.test(state)) throw new Error(`Expected ${role} to be updated, got ${state}`);
        return state.startsWith("completed");
      },
      `${role} is updated`,
      DEADLINE,
    );
  }

  /** Pulls the host's cable. */
  async cut(host: Host): Promise<void> {
    await swarm("cut", host);
  }

  /** Plugs the host's cable in again. */
  async mend(host: Host): Promise<void> {
    await swarm("mend", host);
  }

  /** Docker on a host, also on one that is cut off. It has to succeed. */
  docker(host: Host, args: readonly string[], settings: Settings = {}): Promise<string> {
    return succeed([SWARM_SCRIPT, "docker", String(host), ...args], settings);
  }

  /** The containers of a service, host by host. */
  async containers(role: string): Promise<Container[]> {
    const all = await Promise.all(HOSTS.map((host) => this.#containersOn(host, role)));
    return all.flat();
  }

  /** The containers of a service that are running. */
  async running(role: string): Promise<Container[]> {
    return (await this.containers(role)).filter(({ isRunning }) => isRunning);
  }

  /** Waits until a service has as many containers as it should, and all have ended; returns their statuses. */
  async statuses(role: string, containers = 1): Promise<number[]> {
    return eventually(
      async () => {
        const statuses = (await this.containers(role)).flatMap(({ status }) => status ?? []);
        return statuses.length >= containers && statuses;
      },
      `the end of ${role}`,
      DEADLINE,
    );
  }

  /** What a container has printed and logged. */
  async output({ host, id }: Container): Promise<{ stdout: string; stderr: string }> {
    const { stdout, stderr } = await execa(SWARM_SCRIPT, ["docker", String(host), "logs", id], {
      timeout: DEADLINE,
    });
    return { stdout, stderr };
  }

  /** What each container of a service has printed and logged. */
  async outputs(role: string): Promise<{ stdout: string; stderr: string }[]> {
    const containers = await this.containers(role);
    return Promise.all(containers.map((container) => this.output(container)));
  }

  async #containersOn(host: Host, role: string): Promise<Container[]> {
    const lines = await this.#ps(host, `com.docker.swarm.service.name=${this.stack}_${role}`);
    return lines.map((line) => {
      const [id = "", state, text = ""] = line.split("\t");
      const [, status] = /^Exited \((\d+)\)/.exec(text) ?? [];
      const isRunning = state === "running";
      return { id, host, isRunning, status: status === undefined ? undefined : Number(status) };
    });
  }

  async #ps(host: Host, label: string): Promise<string[]> {
    const format = ["--format", "{{.ID}}\t{{.State}}\t{{.Status}}", "--filter", `label=${label}`];
    const text = await this.docker(host, ["ps", "--all", ...format]);
    return text.split("\n").filter((line) => line !== "");
  }
}

function variableOf(role: string): string {
  return role.toUpperCase().replaceAll("-", "_");
}

async function swarm(...args: (string | number)[]): Promise<void> {
  await succeed([SWARM_SCRIPT, ...args.map(String)]);
}

/** Runs a command that has to succeed, and returns what it prints. */
async function succeed([file = "", ...args]: readonly string[], settings: Settings = {}): Promise<string> {
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  const { stdout } = await execa(file, args, { env, stdin: "ignore", timeout: SETUP_DEADLINE });
  return stdout;
}
