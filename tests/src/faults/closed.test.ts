/** A reader that has seen enough, and an input that is at its end. */
import { describe, expect, test } from "@jest/globals";
import { freeEndpoint, role, type RunningProcess, type StartOptions, testWith } from "process-kit/jest";
import { Publisher } from "zeromq";
import { bound } from "../support/sockets.js";

/** Runs a role in a shell; `"$@"` there is its command line. */
function inShell(script: string): StartOptions {
  return { via: ["bash", "-c", script, "bash"] };
}

/** Its reader has seen enough after the first line: the role ends, and logs nothing worse than that it stops. */
async function endsQuietly(child: RunningProcess, first: string): Promise<void> {
  await child.done();
  expect(child.stdout).toBe(`${first}\nstatus 0\n`);
  expect(child.stderr).not.toMatch(COMPLAINT);
}

/** A warning or worse, or a stack trace. */
const COMPLAINT = /"level":[456]0|    at |Error/;

/** A line is read, or three bytes; then the shell prints the role's status. */
const ONE_LINE = inShell('"$@" | head -1; echo "status ${PIPESTATUS[0]}"');
const THREE_BYTES = inShell('"$@" | head -c 3 > /dev/null; echo "status ${PIPESTATUS[0]}"');

const onUnix = process.platform === "win32" ? describe.skip : describe;

onUnix("with its stdout closed after a line, a role ends quietly and with status 0:", () => {
  test("hello-server", async () => {
    const endpoint = await freeEndpoint();
    const server = role("hello-server", { bind: endpoint, work: 0 }, ONE_LINE);
    role("hello-client", { connect: endpoint, requests: 1000 });
    await endsQuietly(server, "Received Hello");
  });

  test("hello-client", async () => {
    const endpoint = await freeEndpoint();
    role("hello-server", { bind: endpoint, work: 0 });
    const client = role("hello-client", { connect: endpoint, requests: 1000 }, ONE_LINE);
    await endsQuietly(client, "Connecting to hello world server...");
  });

  test("wuclient", async () => {
    const { socket, endpoint } = await bound(new Publisher());
    const client = role("wuclient", { filters: [""], connect: endpoint, updates: 1 }, ONE_LINE);
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
    const sink = role("tasksink", { bind: results, tasks: 100_000_000 });
    const worker = role("taskwork", { vent, sink: results }, THREE_BYTES);
    const options = { bind: vent, sink: results, workers: 1, tasks: 1000 };
    const ventilator = role("taskvent", options, ONE_LINE);
    await endsQuietly(ventilator, "Sending tasks to workers...");
    await worker.done();
    expect(worker.stdout).toBe("status 0\n");
    expect(worker.stderr).not.toMatch(COMPLAINT);
    await sink.stop();
  });

  test("tasksink", async () => {
    const [vent, results] = [await freeEndpoint(), await freeEndpoint()];
    const sink = role("tasksink", { bind: results, tasks: 1000 }, THREE_BYTES);
    role("taskwork", { vent, sink: results });
    role("taskvent", { bind: vent, sink: results, workers: 1, tasks: 1000 });
    await sink.done();
    expect(sink.stdout).toBe("status 0\n");
    expect(sink.stderr).not.toMatch(COMPLAINT);
  });
});

describe("at the end of its input", () => {
  testWith("pyzmq", "at the Enter prompt, taskvent ends quietly and with status 0", async () => {
    const options = { bind: await freeEndpoint(), sink: await freeEndpoint() };
    const ventilator = role("taskvent", options, { terminal: true });
    await ventilator.until(/ready: $/);
    // Ctrl-D
    ventilator.write("\x04");
    await ventilator.done();
    expect(ventilator.stderr).not.toMatch(COMPLAINT);
    expect(ventilator.stdout).not.toContain("Sending");
  });

  onUnix("from the start", () => {
    test.each(["< /dev/null", "<&-"])("(%s) taskvent waits for one worker", async (closed) => {
      const options = { bind: await freeEndpoint(), sink: await freeEndpoint() };
      const ventilator = role("taskvent", options, inShell(`exec "$@" ${closed}`));
      await ventilator.untilLogged(/workers wanted: 1,/);
      await ventilator.stop();
      expect(ventilator.stdout).toBe("");
    });
  });
});
