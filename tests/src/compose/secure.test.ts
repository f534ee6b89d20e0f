/** The patterns under docker compose with keys: docker-compose.secure.yml. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { describeWith, role } from "process-kit/jest";
import { composeProject, type Settings } from "./project.js";

describeWith("docker", "under docker compose, with keys,", () => {
  const project = composeProject("docker-compose.secure.yml");
  let folder = "";
  let settings: Settings = {};

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "curve-"));
    await role("keys", { dir: folder }).done();
    settings = { CURVE_DIR: folder, CURVE_USER: `${process.getuid?.()}:${process.getgid?.()}` };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test.each([
    ["hello", "hello-client", /^Received World 9$/m],
    ["weather", "wuclient", /^Average temperature for zipcode '10001 ' was -?\d+F$/m],
    ["pipeline", "tasksink", /^Total elapsed time: \d+ msec$/m],
    ["jobs", "jobsink", /^Total elapsed time: \d+ msec$/m],
  ] as const)("%s runs to its natural end", async (profile, last, printed) => {
    const quick = { ...settings, HELLO_SERVER_WORK: 20, WUCLIENT_UPDATES: 5 };
    const { exitCode } = await project.upTo(last, profile, quick);
    expect((await project.output(last)).stdout).toMatch(printed);
    expect(exitCode).toBe(0);
  });

  test("a client whose certificate was taken out is told so, and gets no reply", async () => {
    rmSync(join(folder, "authorized", "hello-client"));
    const { exitCode } = await project.upTo("hello-client", "hello", settings);
    expect(exitCode).toBe(1);
    const { stdout, stderr } = await project.output("hello-client");
    expect(stdout).toBe("Connecting to hello world server...\nSending Hello 0...\n");
    expect(stderr).toContain("it does not know our key");
  });

  test("each pattern has an internal network of its own, and no port is published", async () => {
    await project.launch("hello", ["hello-server"], settings);
    await project.launch("weather", ["wuserver"], settings);
    await project.launch("pipeline", ["tasksink"], settings);
    const networks = await project.networks();
    const names = networks.map(({ Labels }) => Labels["com.docker.compose.network"]);
    expect(new Set(names)).toEqual(new Set(["hello", "pipeline", "weather"]));
    expect(networks.every(({ Internal }) => Internal)).toBe(true);
    for (const { HostConfig } of await project.containers()) expect(HostConfig.PortBindings).toEqual({});
    const other = await project.exec(
      "hello-server",
      'node -e \'require("dns").lookup("wuserver", (error) => process.exit(error ? 7 : 0))\'',
    );
    expect(other.exitCode).toBe(7);
  });
});
