/** The live page beside containers. */
import { expect, test } from "@jest/globals";
import { describeWith, freePort } from "process-kit/jest";
import { untilTold } from "../support/live-page.js";
import { composeProject } from "./project.js";

describeWith("docker", "the dashboard", () => {
  const project = composeProject();

  test("shows the roles of a pattern, to this machine only, and lets nobody do anything", async () => {
    const port = await freePort();
    const settings = {
      TELEMETRY: "tcp://dashboard:5560",
      DASHBOARD_PORT: port,
      HELLO_CLIENT_REQUESTS: 1_000_000,
      HELLO_SERVER_WORK: 10,
    };
    await project.launch("hello", ["--wait", "dashboard", "hello-server", "hello-client"], settings);

    const [container] = await project.containers("dashboard");
    expect(Object.values(container?.HostConfig.PortBindings ?? {})).toEqual([
      [expect.objectContaining({ HostIp: "127.0.0.1" })],
    ]);
    const url = `http://127.0.0.1:${port}`;
    expect((await fetch(`${url}/command`, { method: "POST" })).status).toBe(405);

    // Who they are, where the client is connected to, and that it gets replies
    await untilTold(url, [
      /"role":"hello-server"/,
      /"connects":\["tcp:\/\/[^"]+:5555"\]/,
      /"sockets":\{"REQ":\[[1-9]/,
      /"socket":"REP","spans":\[\[/,
    ]);
  });
});
