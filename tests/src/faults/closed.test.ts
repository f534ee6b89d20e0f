/** A reader that has seen enough, and an input that is at its end. */
import { describe, expect, test } from "@jest/globals";
import { Publisher } from "zeromq";
import { freeEndpoint } from "../support/ports.js";
import { type Child, role, start } from "../support/processes.js";
import { bound } from "../support/sockets.js";
import { testWith } from "../support/tools.js";
import { command, LOG_AS_JSON } from "./command.js";

/** Runs a role in a shell; `"$@"` there is its command line. After it the shell prints the role's status. */
function inShell(script: string, name: string, args: readonly string[]): Child {
  return start(["bash", "-c", script, "bash", ...command(name, args)], { env: LOG_AS_JSON });
}

/** Its reader has seen enough after the first line: the role ends, with nothing worse to say than that it stops. */
async function endsQuietly(child: Child, first: string): Promise<void> {
  await child.done();
  expect(child.stdout).toBe(`${first}\nstatus 0\n`);
  expect(child.stderr).not.toMatch(COMPLAINT);
}

/** A warning or worse, or a stack trace. */
const COMPLAINT = /"level":[456]0|    at |Error/;

const HEAD = '"$@" | head -1; echo "status ${PIPESTATUS[0]}"';

const onUnix = process.platform === "win32" ? describe.skip : describe;

onUnix("with its stdout closed after a line, a role ends quietly and with status 0:", () => {
  test("hello-server", async () => {
    const endpoint = await freeEndpoint();
    const server = inShell(HEAD, "hello-server", ["--bind", endpoint, "--work", "0"]);
    role("hello-client", ["--connect", endpoint, "--requests", "1000"]);
    await endsQuietly(server, "Received Hello");
  });

  test("hello-client", async () => {
    const endpoint = await freeEndpoint();
    role("hello-server", ["--bind", endpoint, "--work", "0"]);
    const client = inShell(HEAD, "hello-client", ["--connect", endpoint, "--requests", "1000"]);
    await endsQuietly(client, "Connecting to hello world server...");
  });

  test("wuclient", async () => {
    const { socket, endpoint } = await bound(new Publisher());
    const client = inShell(HEAD, "wuclient", ["", "--connect", endpoint, "--updates", "1"]);
    await client.line(/^Collecting/);
    const publishing = setInterval(() => void socket.send("10001 20 30").catch(() => {}), 10);
    try {
      await endsQuietly(client, "Collecting updates from weather server...");
    } finally {
      clearInterval(publishing);
    }
  });

  test("the pipeline", async () => {
    const [vent, results] = [await freeEndpoint(), await freeEndpoint()];
    const sink = role("tasksink", ["--bind", results, "--tasks", "100000000"]);
    const worker = inShell('"$@" | head -c 3 > /dev/null; echo "status ${PIPESTATUS[0]}"', "taskwork", [
      "--vent",
      vent,
      "--sink",
      results,
    ]);
    const ventilator = inShell(HEAD, "taskvent", [
      "--bind",
      vent,
      "--sink",
      results,
      "--workers",
      "1",
      "--tasks",
      "1000",
    ]);
    await endsQuietly(ventilator, "Sending tasks to workers...");
    await worker.done();
    expect(worker.stdout).toBe("status 0\n");
    expect(worker.stderr).not.toMatch(COMPLAINT);
    await sink.stop();
  });

  test("tasksink", async () => {
    const [vent, results] = [await freeEndpoint(), await freeEndpoint()];
    const script = '"$@" | head -c 3 > /dev/null; echo "status ${PIPESTATUS[0]}"';
    const sink = inShell(script, "tasksink", ["--bind", results, "--tasks", "1000"]);
    role("taskwork", ["--vent", vent, "--sink", results]);
    role("taskvent", ["--bind", vent, "--sink", results, "--workers", "1", "--tasks", "1000"]);
    await sink.done();
    expect(sink.stdout).toBe("status 0\n");
    expect(sink.stderr).not.toMatch(COMPLAINT);
  });
});

describe("at the end of its input", () => {
  testWith("pyzmq", "at the Enter prompt, taskvent ends quietly and with status 0", async () => {
    const flags = ["--bind", await freeEndpoint(), "--sink", await freeEndpoint()];
    const ventilator = role("taskvent", flags, { terminal: true });
    await ventilator.until(/ready: $/);
    // Ctrl-D
    ventilator.write("\x04");
    await ventilator.done();
    expect(ventilator.stderr).not.toMatch(COMPLAINT);
    expect(ventilator.stdout).not.toContain("Sending");
  });

  onUnix("from the start", () => {
    test.each(["< /dev/null", "<&-"])("(%s) taskvent waits for one worker", async (closed) => {
      const flags = ["--bind", await freeEndpoint(), "--sink", await freeEndpoint()];
      const ventilator = inShell(`exec "$@" ${closed}`, "taskvent", flags);
      await ventilator.until(/workers wanted: 1,/, { on: "stderr" });
      ventilator.kill("SIGTERM");
      await ventilator.done();
      expect(ventilator.stdout).toBe("");
    });
  });
});
