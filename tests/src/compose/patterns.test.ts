/** Each pattern under docker compose, from the documented command to its natural end. */
import { describe, expect, test } from "@jest/globals";
import { describeWith } from "process-kit/jest";
import { composeProject, type Profile, type Settings } from "./project.js";

describeWith("docker", "under docker compose", () => {
  const project = composeProject();

  /** The batch's cost and the time it took, in milliseconds. */
  async function figures() {
    const [, cost] = (await project.output("taskvent")).stdout.match(/cost: (\d+) msec/) ?? [];
    const [, elapsed] = (await project.output("tasksink")).stdout.match(/time: (\d+) msec/) ?? [];
    return { cost: Number(cost), elapsed: Number(elapsed) };
  }

  describe("runs to its natural end, with status 0 and the chapter's output:", () => {
    test("request-reply", async () => {
      const { exitCode } = await project.upTo("hello-client", "hello", { HELLO_SERVER_WORK: 20 });

      expect(exitCode).toBe(0);
      expect((await project.output("hello-client")).stdout).toBe(
        "Connecting to hello world server...\n" +
          Array.from({ length: 10 }, (_, n) => `Sending Hello ${n}...\nReceived World ${n}\n`).join(""),
      );
      expect((await project.output("hello-server")).stdout).toBe("Received Hello\n".repeat(10));
      expect(await project.exitCodes()).toEqual({ "hello-client": [0], "hello-server": [0] });
    });

    test("publish-subscribe", async () => {
      const { exitCode } = await project.upTo("wuclient", "weather", { WUCLIENT_UPDATES: 5 });

      expect(exitCode).toBe(0);
      expect((await project.output("wuclient")).stdout).toMatch(
        /^Collecting updates from weather server\.\.\.\nAverage temperature for zipcode '10001 ' was -?\d+F\n$/,
      );
      expect((await project.output("wuserver")).stdout).toBe("");
      expect(await project.exitCodes()).toEqual({ wuclient: [0], wuserver: [0] });
    });

    test("parallel pipeline", async () => {
      const { exitCode, stdout } = await project.upTo("tasksink", "pipeline");

      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^.*tasksink-1.*Total elapsed time: \d+ msec$/m);
      expect((await project.output("taskvent")).stdout).toMatch(
        /^Sending tasks to workers\.\.\.\nTotal expected cost: \d+ msec\n$/,
      );
      expect((await project.output("tasksink")).stdout).toMatch(
        /^(:\.{9}){10}\nTotal elapsed time: \d+ msec\n$/,
      );
      // Each of the four workers has had its quarter
      const tasks = (await project.outputs("taskwork")).map(
        (worker) => worker.stdout.match(/\d+\./g)?.length,
      );
      expect(tasks).toEqual([25, 25, 25, 25]);
      expect(await project.exitCodes()).toEqual({ tasksink: [0], taskvent: [0], taskwork: [0, 0, 0, 0] });
    });
  });

  test.each<[string, Profile, Settings, number]>([
    ["hello-client", "hello", { HELLO_CLIENT_TIMEOUT: 1, HELLO_CLIENT_RETRIES: 1 }, 1],
    ["wuclient", "weather", { WUCLIENT_UPDATES: "many" }, 2],
    // At once, when others may still be starting
    ["tasksink", "pipeline", { TASKS: "many" }, 2],
  ])("the command has the status of a %s that fails", async (last, profile, settings, status) => {
    const { exitCode } = await project.upTo(last, profile, settings);

    expect(exitCode).toBe(status);
    expect((await project.containers()).filter(({ State }) => State.Running)).toEqual([]);
  });

  // PUSH deals the tasks out in turn, whatever they cost: of 100 random tasks, the unluckiest of 8 workers has a
  // quarter more than its share on average. So the batch grows with the workers, and is the same in every run
  test.each([1, 2, 4, 8])("WORKERS=%d take that part of the cost, within a quarter", async (workers) => {
    const settings = { WORKERS: workers, TASKS: 200 * workers, TASKVENT_SEED: 1 };
    const { exitCode } = await project.upTo("tasksink", "pipeline", settings);
    const { cost, elapsed } = await figures();

    expect(exitCode).toBe(0);
    expect(await project.containers("taskwork")).toHaveLength(workers);
    expect(elapsed / (cost / workers)).toBeGreaterThan(0.75);
    expect(elapsed / (cost / workers)).toBeLessThan(1.25);
  });

  test("--scale beats the number of replicas, and WORKERS tells taskvent of it", async () => {
    const { exitCode } = await project.upTo("tasksink", "pipeline", { WORKERS: 3 }, [
      "--scale",
      "taskwork=3",
    ]);

    expect(exitCode).toBe(0);
    const tasks = (await project.outputs("taskwork")).map((worker) => worker.stdout.match(/\d+\./g)?.length);
    expect(tasks).toEqual(expect.arrayContaining([33, 33, 34]));
  });

  test("of several hello-clients, attached to alone, the first that is done does not end the others", async () => {
    const args = ["up", "--no-build", "--scale", "hello-client=3", "--attach", "hello-client"];
    const { exitCode } = await project.compose("hello", args, { HELLO_SERVER_WORK: 20 });

    expect(exitCode).toBe(0);
    const clients = await project.outputs("hello-client");
    expect(clients.map(({ stdout }) => stdout.match(/Received World/g)?.length)).toEqual([10, 10, 10]);
    expect(await project.exitCodes()).toMatchObject({ "hello-client": [0, 0, 0] });
    const { stdout } = await project.compose("hello", [
      "ps",
      "--all",
      "--format",
      "{{.Service}} {{.ExitCode}}",
    ]);
    expect(stdout.match(/^hello-client 0$/gm)).toHaveLength(3);
  });

  test("of several wuclients, attached to alone, the first that is done does not end the others", async () => {
    const args = ["up", "--no-build", "--scale", "wuclient=3", "--attach", "wuclient"];
    const { exitCode } = await project.compose("weather", args, { WUCLIENT_UPDATES: 3 });

    expect(exitCode).toBe(0);
    for (const { stdout } of await project.outputs("wuclient")) {
      expect(stdout).toMatch(/^Average temperature for zipcode '10001 ' was -?\d+F$/m);
    }
    expect(await project.exitCodes()).toMatchObject({ wuclient: [0, 0, 0] });
  });

  test("nothing is left behind after down", async () => {
    await project.upTo("hello-client", "hello", { HELLO_SERVER_WORK: 1 });
    expect(await project.remains()).not.toEqual([]);

    await project.compose("hello", ["down"]);
    expect(await project.remains()).toEqual([]);
  });
});
