/** The patterns under docker compose, in a project of its own for each test file. */
import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, jest } from "@jest/globals";
import { execa } from "execa";
import { type RunningProcess, start } from "process-kit/jest";

const ROOT = join(import.meta.dirname, "../../..");

/** How long a command of docker may take, in milliseconds. */
const DEADLINE = 120_000;

/** How long it may take to build the images, in milliseconds. */
const BUILD_DEADLINE = 900_000;

export type Profile = "hello" | "weather" | "pipeline" | "jobs";

/** For a batch, `WORKERS`, and `TASKS` or `JOBS`; and the environment variables of the roles. */
export type Settings = Record<string, string | number>;

export interface Result {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** What `docker inspect` tells of a container, as far as the tests read it. */
export interface Container {
  Id: string;
  Config: { User: string; Image: string; Labels: Record<string, string> };
  HostConfig: {
    CapDrop: string[] | null;
    Init: boolean | null;
    PortBindings: Record<string, { HostIp: string }[]> | null;
    Privileged: boolean;
    ReadonlyRootfs: boolean;
    SecurityOpt: string[] | null;
  };
  State: { ExitCode: number; Health: { Status: string }; Running: boolean };
}

/** What `docker inspect` tells of a network, as far as the tests read it. */
export interface Network {
  Internal: boolean;
  Labels: Record<string, string>;
}

/**
 * Builds the images before the tests of the file, takes down after each test whatever it has started, and removes
 * the images in the end.
 *
 * @param overrides Compose files that come on top of `docker-compose.yml`.
 */
export function composeProject(...overrides: string[]): Project {
  // Longer than its commands may take, whose own deadlines tell more
  jest.setTimeout(2 * DEADLINE);
  const project = new Project(["docker-compose.yml", ...overrides]);
  beforeAll(() => project.build(), BUILD_DEADLINE);
  afterEach(() => project.down(), DEADLINE);
  afterAll(() => project.remove(), DEADLINE);
  return project;
}

export class Project {
  /** No other run has it, so that none meets the other's containers. */
  readonly name = `zeromq-test-${randomUUID().slice(0, 8)}`;
  readonly #files: readonly string[];

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  /** The name of an app's image. */
  image(app: string): string {
    return `${this.name}-${app}`;
  }

  async build(): Promise<void> {
    await succeed(this.#command("*", ["build"]), { timeout: BUILD_DEADLINE });
  }

  /** Runs `docker compose` to its end, whatever its exit status. */
  compose(profile: Profile | "*", args: readonly string[], settings: Settings = {}): Promise<Result> {
    return run(this.#command(profile, args), settings);
  }

  /** The command of the README: it ends when the last role does, with its status. */
  upTo(
    last: string,
    profile: Profile,
    settings: Settings = {},
    args: readonly string[] = [],
  ): Promise<Result> {
    const ending = ["--abort-on-container-exit", "--exit-code-from", last];
    return this.compose(profile, ["up", "--no-build", ...ending, ...args], settings);
  }

  /** Starts `docker compose`, to look at what it prints while it runs. */
  start(profile: Profile, args: readonly string[], settings: Settings = {}): RunningProcess {
    return start(this.#command(profile, args), { env: environment(settings) });
  }

  /** Starts services in the background. Unlike `compose("up")` it expects that to succeed. */
  async launch(profile: Profile, args: readonly string[], settings: Settings = {}): Promise<void> {
    await succeed(this.#command(profile, ["up", "--no-build", "--detach", ...args]), {
      env: environment(settings),
    });
  }

  /** The containers of a service, or of all services, in their order; also those that have ended. */
  async containers(service?: string): Promise<Container[]> {
    const ids = await this.#labelled("container", ["--all"]);
    if (ids.length === 0) return [];
    const containers = JSON.parse(await succeed(["docker", "inspect", ...ids])) as Container[];
    return containers
      .filter((container) => service === undefined || serviceOf(container) === service)
      .toSorted((a, b) => numberOf(a) - numberOf(b));
  }

  /** How the containers of each service have ended: `{ taskwork: [0, 0] }`. */
  async exitCodes(): Promise<Record<string, number[]>> {
    const codes: Record<string, number[]> = {};
    for (const container of await this.containers()) {
      (codes[serviceOf(container)] ??= []).push(container.State.ExitCode);
    }
    return codes;
  }

  /** What the only container of a service has printed and logged. */
  async output(service: string): Promise<{ stdout: string; stderr: string }> {
    const [first, ...others] = await this.outputs(service);
    if (first === undefined || others.length > 0) {
      throw new Error(`Expected one container of ${service}, got ${others.length + (first ? 1 : 0)}`);
    }
    return first;
  }

  /** What each container of a service has printed and logged. */
  async outputs(service: string): Promise<{ stdout: string; stderr: string }[]> {
    const containers = await this.containers(service);
    return Promise.all(containers.map(({ Id }) => run(["docker", "logs", Id])));
  }

  /** Runs a shell command in the container of a service. */
  exec(service: string, command: string): Promise<Result> {
    return this.compose("*", ["exec", "--no-TTY", service, "sh", "-c", command]);
  }

  /** Copies a file out of the only container of a service, whether it runs or has ended. */
  async copyFrom(service: string, file: string, to: string): Promise<void> {
    const [container] = await this.containers(service);
    await succeed(["docker", "cp", `${container?.Id}:${file}`, to]);
  }

  /** Removes containers, the network and volumes. */
  async down(): Promise<void> {
    await succeed(this.#command("*", ["down", "--volumes", "--timeout", "1"]));
  }

  /** Removes the images. */
  async remove(): Promise<void> {
    const images = ["--filter", `reference=${this.name}-*`, "--format", "{{.Repository}}"];
    const names = await this.#lines(["docker", "image", "ls", ...images]);
    if (names.length > 0) await succeed(["docker", "image", "rm", ...names]);
  }

  /** What `docker inspect` tells of its networks. */
  async networks(): Promise<Network[]> {
    const ids = await this.#labelled("network");
    return JSON.parse(await succeed(["docker", "network", "inspect", ...ids])) as Network[];
  }

  /** What there is of the project: containers, networks and volumes. */
  async remains(): Promise<string[]> {
    const all = await Promise.all([
      this.#labelled("container", ["--all"]),
      this.#labelled("network"),
      this.#labelled("volume"),
    ]);
    return all.flat();
  }

  #labelled(kind: "container" | "network" | "volume", options: string[] = []): Promise<string[]> {
    const filter = `label=com.docker.compose.project=${this.name}`;
    return this.#lines(["docker", kind, "ls", "--quiet", ...options, "--filter", filter]);
  }

  async #lines(command: readonly string[]): Promise<string[]> {
    const text = await succeed(command);
    return text.split("\n").filter((line) => line !== "");
  }

  #command(profile: Profile | "*", args: readonly string[]): [string, ...string[]] {
    const files = this.#files.flatMap((file) => ["--file", join(ROOT, file)]);
    const project = ["--project-name", this.name, "--project-directory", ROOT, ...files];
    // A developer's own .env is not the tests'
    return ["docker", "compose", ...project, "--env-file", devNull, "--profile", profile, ...args];
  }
}

function serviceOf({ Config }: Container): string {
  return Config.Labels["com.docker.compose.service"] ?? "";
}

function numberOf({ Config }: Container): number {
  return Number(Config.Labels["com.docker.compose.container-number"]);
}

function environment(settings: Settings): Record<string, string> {
  // Nor is what their shell has for WORKERS, TASKS and JOBS
  const all: Settings = { WORKERS: "", TASKS: "", JOBS: "", ...settings };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}

/** Runs a command to its end, whatever its exit status. */
export async function run(command: readonly string[], settings: Settings = {}): Promise<Result> {
  const [file = "", ...args] = command;
  const options = { env: environment(settings), reject: false, timeout: DEADLINE, stdin: "ignore" } as const;
  const { exitCode, stdout, stderr, timedOut } = await execa(file, args, {
    ...options,
    stripFinalNewline: false,
  });
  if (timedOut) throw new Error(`Expected ${command.join(" ")} to end in ${DEADLINE} ms\n${stdout}${stderr}`);
  return { exitCode, stdout, stderr };
}

/** Runs a command that has to succeed, and returns what it prints. */
async function succeed(
  [file = "", ...args]: readonly string[],
  options: { env?: Record<string, string>; timeout?: number } = {},
): Promise<string> {
  const { stdout } = await execa(file, args, { timeout: DEADLINE, stdin: "ignore", ...options });
  return stdout;
}
