/** More servers behind one name, and fewer again, while clients run. */
import { expect, test } from "@jest/globals";
import { describeWith, eventually } from "process-kit/jest";
import { composeProject, type Profile, type Settings } from "./project.js";

describeWith("docker", "under docker compose --scale", () => {
  const project = composeProject();

  /** Has so many containers of a service, without starting those again that run. */
  async function scale(profile: Profile, service: string, count: number, settings: Settings): Promise<void> {
    await project.launch(profile, ["--no-recreate", "--scale", `${service}=${count}`], settings);
    expect(await project.containers(service)).toHaveLength(count);
  }

  async function stdouts(service: string): Promise<string[]> {
    return (await project.outputs(service)).map(({ stdout }) => stdout);
  }

  test("every hello-server serves, and no request fails when some of them go", async () => {
    const settings = {
      HELLO_SERVER_WORK: 5,
      HELLO_CLIENT_REQUESTS: 1_000_000,
      HELLO_CLIENT_TIMEOUT: 1000,
      HELLO_CLIENT_RETRIES: 3,
    };
    /** Until every server has had a hundred requests more. */
    const allServe = async () => {
      const before = await stdouts("hello-server");
      await eventually(async () => {
        const now = await stdouts("hello-server");
        return now.every(
          (text, n) => text.length >= (before[n] ?? "").length + 100 * "Received Hello\n".length,
        );
      }, "every hello-server serves");
    };

    await scale("hello", "hello-server", 1, settings);
    await allServe();
    await scale("hello", "hello-server", 3, settings);
    await allServe();
    await scale("hello", "hello-server", 1, settings);
    await allServe();

    const [client] = await project.containers("hello-client");
    expect(client?.State.Running).toBe(true);
    const { stdout } = await project.output("hello-client");
    const received = [...stdout.matchAll(/^Received World (\d+)$/gm)].map(([, n]) => Number(n));
    expect(received).toEqual(received.map((_, n) => n));
  });

  test("wuclient hears every wuserver", async () => {
    const settings = { WUSERVER_RATE: 1000, WUCLIENT_UPDATES: 1_000_000 };
    const allHeard = async () => {
      await eventually(async () => {
        const logs = await project.outputs("wuserver");
        return logs.every(({ stderr }) => /peers connected: 1$/m.test(stderr));
      }, "every wuserver has a subscriber");
    };

    for (const count of [1, 2, 1, 2]) {
      await scale("weather", "wuserver", count, settings);
      await allHeard();
    }
    const [client] = await project.containers("wuclient");
    expect(client?.State.Running).toBe(true);
    const logs = await project.outputs("wuserver");
    expect(logs.map(({ stderr }) => stderr).join("")).not.toMatch(/peers connected: 2/);
  });
});
