/** The roles as containers: how they start, are watched over, shielded and stopped. */
import { describe, expect, test } from "@jest/globals";
import { describeWith, eventually } from "process-kit/jest";
import { composeProject, type Profile, run, type Settings } from "./project.js";

/** Each pattern with all of its roles running, and none about to end: taskvent is one worker short. */
const RUNNING: [Profile, string[], Settings][] = [
  ["hello", [], { HELLO_CLIENT_REQUESTS: 1_000_000, HELLO_SERVER_WORK: 10 }],
  ["weather", [], { WUCLIENT_UPDATES: 1_000_000 }],
  ["pipeline", ["--scale", "taskwork=1"], { WORKERS: 2 }],
  ["jobs", [], { JOBS: 100_000 }],
];

const ROLES = [
  "hello-server",
  "hello-client",
  "wuserver",
  "wuclient",
  "taskvent",
  "taskwork",
  "tasksink",
  "jobvent",
  "jobwork",
  "jobsink",
];

describeWith("docker", "under docker compose", () => {
  const project = composeProject();

  async function health(service: string): Promise<string | undefined> {
    const [container] = await project.containers(service);
    return container?.State.Health.Status;
  }

  async function ended(service: string): Promise<void> {
    await eventually(async () => {
      const containers = await project.containers(service);
      return containers.every(({ State }) => !State.Running);
    }, `${service} has ended`);
  }

  describe.each(RUNNING)("%s", (profile, args, settings) => {
    test("turns healthy, and stops within two seconds, with status 0", async () => {
      // `up --wait` succeeds when all are healthy
      await project.launch(profile, ["--wait", ...args], settings);

      const start = performance.now();
      const { exitCode } = await project.compose(profile, ["stop"]);
      const elapsed = performance.now() - start;

      expect(exitCode).toBe(0);
      expect(elapsed).toBeLessThan(2000);
      const codes = Object.values(await project.exitCodes()).flat();
      expect(codes).toEqual(codes.map(() => 0));
    });

    test("runs as nobody special: not as root, read-only, without capabilities, without ports", async () => {
      await project.launch(profile, args, settings);

      const containers = await project.containers();
      expect(containers.length).toBeGreaterThan(0);
      for (const { Config, HostConfig } of containers) {
        expect(Config.User).toBe("node");
        expect(HostConfig).toMatchObject({
          CapDrop: ["ALL"],
          Init: true,
          Privileged: false,
          ReadonlyRootfs: true,
        });
        expect(HostConfig.SecurityOpt).toContain("no-new-privileges:true");
        expect(Object.keys(HostConfig.PortBindings ?? {})).toEqual([]);
      }
    });
  });

  test("a container has no way to write but to /tmp, and no privileges", async () => {
    await project.launch("hello", ["hello-server"]);

    const { stdout } = await project.exec(
      "hello-server",
      "id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/1/status; touch /app/x /x 2>&1; touch /tmp/x && echo wrote",
    );
    expect(stdout).toBe(
      "1000\n" +
        "CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n" +
        "touch: cannot touch '/app/x': Read-only file system\n" +
        "touch: cannot touch '/x': Read-only file system\n" +
        "wrote\n",
    );
  });

  test("a health check counts as no worker, and takes no message", async () => {
    await project.launch("pipeline", ["--wait", "--scale", "taskwork=1"], { WORKERS: 2 });
    // It waits for the second one still
    expect((await project.output("taskvent")).stdout).toBe("");

    await project.launch("pipeline", ["--no-recreate", "--scale", "taskwork=2"], { WORKERS: 2 });
    await ended("tasksink");
    expect((await project.output("tasksink")).stdout).toMatch(/^(:\.{9}){10}\nTotal/);
  });

  test("a role whose event loop hangs turns unhealthy", async () => {
    await project.launch("hello", ["--wait", "hello-server"]);

    // All of the container's processes but the first, which is init, and this shell
    await project.exec("hello-server", "kill -STOP -1");
    await eventually(async () => (await health("hello-server")) === "unhealthy", "hello-server is unhealthy");
  });

  test("with METRICS each role serves what it does to its network, and nothing to the host", async () => {
    const settings = { METRICS: "*:9464", HELLO_CLIENT_REQUESTS: 1_000_000, HELLO_SERVER_WORK: 10 };
    await project.launch("hello", [], settings);

    const ask = async (path: string) => {
      const url = `http://hello-server:9464${path}`;
      const script = `fetch('${url}').then((r) => r.text()).then((text) => process.stdout.write(text))`;
      return (await project.exec("hello-client", `node --eval "${script}"`)).stdout;
    };
    await eventually(async () => (await ask("/readyz")) === "ready\n", "hello-server is ready");
    await eventually(
      async () => /_sent_total\{socket="REP",side="bind"\} [1-9]/.test(await ask("/metrics")),
      "replies",
    );
    const ports = (await project.containers()).flatMap(({ HostConfig }) =>
      Object.keys(HostConfig.PortBindings ?? {}),
    );
    expect(ports).toEqual([]);
  });

  describe("the order of start does not matter:", () => {
    /** Starts a service by itself, and waits until it has said something. */
    async function begin(profile: Profile, service: string, settings: Settings) {
      await project.launch(profile, ["--no-deps", service], settings);
      await eventually(async () => {
        const outputs = await project.outputs(service);
        return outputs.every(({ stdout, stderr }) => stdout + stderr !== "");
      }, `${service} has begun`);
    }

    test.each<[Profile, string[], Settings]>([
      ["hello", ["hello-server", "hello-client"], { HELLO_SERVER_WORK: 1 }],
      ["hello", ["hello-client", "hello-server"], { HELLO_SERVER_WORK: 1 }],
      ["weather", ["wuserver", "wuclient"], { WUCLIENT_UPDATES: 3 }],
      ["weather", ["wuclient", "wuserver"], { WUCLIENT_UPDATES: 3 }],
      ["pipeline", ["taskvent", "taskwork", "tasksink"], { WORKERS: 2 }],
      ["pipeline", ["taskwork", "tasksink", "taskvent"], { WORKERS: 2 }],
      ["pipeline", ["tasksink", "taskvent", "taskwork"], { WORKERS: 2 }],
      ["jobs", ["jobvent", "jobwork", "jobsink"], { WORKERS: 2 }],
      ["jobs", ["jobsink", "jobwork", "jobvent"], { WORKERS: 2 }],
    ])("%s as %j", async (profile, services, settings) => {
      for (const service of services) await begin(profile, service, settings);

      const last = { hello: "hello-client", weather: "wuclient", pipeline: "tasksink", jobs: "jobsink" }[
        profile
      ];
      await ended(last);
      expect(await project.exitCodes()).toMatchObject({ [last]: [0] });
      expect((await project.output(last)).stdout).toMatch(
        /Received World 9|Average temperature|Total elapsed/,
      );
    });
  });

  test("Ctrl-C stops everything", async () => {
    const up = project.start("hello", ["up", "--no-build"], { HELLO_CLIENT_REQUESTS: 1_000_000 });
    await up.until(/Received World 0/);

    up.kill("SIGINT");
    await up.exited();
    expect((await project.containers()).map(({ State }) => State.Running)).toEqual([false, false]);
    expect(await project.exitCodes()).toEqual({ "hello-client": [0], "hello-server": [0] });
  });

  describe("an image", () => {
    test.each(ROLES)("of %s runs by itself, read-only and without capabilities", async (app) => {
      const shield = ["--init", "--read-only", "--cap-drop", "ALL", "--tmpfs", "/tmp", "--network", "none"];
      const { exitCode, stdout } = await run([
        "docker",
        "run",
        "--rm",
        ...shield,
        project.image(app),
        "--version",
      ]);

      expect(stdout).toMatch(new RegExp(String.raw`^${app} \d+\.\d+\.\d+ \(libzmq \d+\.\d+\.\d+\)\n$`));
      expect(exitCode).toBe(0);
    });

    test("of wuserver starts with its defaults, and ends with status 0 without an init", async () => {
      const image = project.image("wuserver");
      const server = await run(["docker", "run", "--detach", image]);
      const id = server.stdout.trim();
      try {
        await eventually(async () => {
          const { stderr } = await run(["docker", "logs", id]);
          return stderr.includes("publishing");
        }, "wuserver publishes");
        await run(["docker", "stop", id]);
        const { stdout } = await run(["docker", "inspect", "--format", "{{.State.ExitCode}}", id]);
        expect(stdout).toBe("0\n");
      } finally {
        await run(["docker", "rm", "--force", id]);
      }
    });

    test("holds zeromq's addon for its own platform, and neither sources nor what builds and tests", async () => {
      const find = ["docker", "run", "--rm", "--entrypoint", "find", project.image("taskwork"), "/app/"];
      const files = (await run([...find, "-type", "f"])).stdout.split("\n");

      expect(files.filter((file) => file.endsWith(".node"))).toHaveLength(1);
      expect(files.filter((file) => /zeromq@[^/]+\/.*\.(cc|h)$/.test(file))).toEqual([]);
      expect(files.filter((file) => /\.(map|d\.ts)$|pnpm-lock/.test(file))).toEqual([]);
      expect(files.filter((file) => /node_modules\/(typescript|turbo|jest)\//.test(file))).toEqual([]);
    });
  });
});
