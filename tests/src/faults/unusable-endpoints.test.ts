/** Endpoints that can never work, which are refused, and those that cannot work at present, which are named in the log. */
import { describe, expect, test } from "@jest/globals";
import { role, type RunningProcess } from "process-kit/jest";

/** The first line of what a role says that was used wrongly. */
async function wrongUsage(child: RunningProcess): Promise<string> {
  expect(await child.exited()).toEqual({ code: 2, signal: null });
  expect(child.stdout).toBe("");
  return child.stderr.split("\n", 1)[0] ?? "";
}

const BINDING = "is for binding; to connect, name the peer";

describe("wrong usage, with a line that says why:", () => {
  test.each([
    ["hello-client", "--connect", "tcp://*:5555", `* ${BINDING}`],
    ["hello-client", "--connect", "tcp://localhost:0", `port 0 ${BINDING}'s port`],
    ["hello-client", "--connect", "tcp://localhost:*", `port * ${BINDING}'s port`],
    ["hello-client", "--connect", "tcp://a:1,tcp://*:5555", `* ${BINDING}`],
    ["hello-client", "--connect", "tcp://[fe80::1]:5555", "a link-local address needs its network interface"],
    ["hello-client", "--connect", "inproc://hello", "inproc reaches sockets of the same process only"],
    ["hello-client", "--connect", "tcp://[localhost]:5555", "expected tcp://host:port"],
    ["hello-client", "--connect", "tcp://höst:5555", "expected a host name of ASCII letters"],
    ["wuclient", "--connect", "tcp://*:5556", `* ${BINDING}`],
    ["wuclient", "--connect", "ipc://*", `* ${BINDING}`],
    ["taskwork", "--vent", "tcp://*:5557", `* ${BINDING}`],
    ["taskwork", "--sink", "tcp://localhost:0", `port 0 ${BINDING}'s port`],
    ["taskvent", "--sink", "tcp://*:5558", `* ${BINDING}`],
    ["hello-server", "--bind", "inproc://hello", "inproc reaches sockets of the same process only"],
    ["wuserver", "--bind", "inproc://weather", "inproc reaches sockets of the same process only"],
  ])("%s %s %s", async (name, flag, endpoint, reason) => {
    const line = await wrongUsage(role(name, [flag, endpoint]));
    expect(line).toContain(`'${flag} <endpoint>'`);
    expect(line).toContain(`'${endpoint}' is invalid. ${reason}`);
  });

  test("in a variable, too", async () => {
    const child = role("hello-client", [], { env: { HELLO_CLIENT_CONNECT: "tcp://*:5555" } });
    expect(await wrongUsage(child)).toContain(`'tcp://*:5555' from env 'HELLO_CLIENT_CONNECT' is invalid`);
  });
});

describe("a host whose name cannot be resolved is named, once:", () => {
  const endpoint = "tcp://typo.invalid:5555";

  test.each<[string, Record<string, string>]>([
    ["wuclient", { connect: endpoint }],
    ["taskwork", { sink: endpoint }],
    ["taskvent", { sink: endpoint, bind: "tcp://127.0.0.1:*", workers: "0" }],
  ])("%s", async (name, options) => {
    const child = role(name, options);
    await child.untilLogged(/^cannot resolve the host name typo\.invalid; trying again$/);
    await child.stop();
  });

  test("hello-client, beside its tries", async () => {
    const client = role("hello-client", { connect: endpoint, timeout: 200 });
    await client.untilLogged(/^no reply from .* within 200 ms; trying again$/, { times: 4 });
    expect(client.logLines(/cannot resolve/)).toHaveLength(1);
    await client.stop();
  });
});

test("an address to which there is no route is named", async () => {
  const endpoint = "tcp://255.255.255.255:5555";
  const child = role("taskwork", { sink: endpoint });
  await child.untilLogged(/^cannot reach /);
  const [line] = child.logLines(/^cannot reach /);
  expect(line?.msg).toMatch(/; trying again$/);
  expect(line?.msg).toContain(endpoint);
  await child.stop();
});
