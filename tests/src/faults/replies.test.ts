/** hello-client (REQ) -> hello-server (REP), of which one is not there, dies, or hangs. */
import { describe, expect, test } from "@jest/globals";
import { freeEndpoint, role, type RoleOptions, type RunningProcess } from "process-kit/jest";
import { Router } from "zeromq";
import { bound, receive } from "../support/sockets.js";

const REQUESTS = 5;

/** What a client prints to the end: every request once, with its reply, in order. */
const ALL_IN_ORDER = `Connecting to hello world server...\n${Array.from(
  { length: REQUESTS },
  (_, n) => `Sending Hello ${n}...\nReceived World ${n}\n`,
).join("")}`;

function server(endpoint: string, work: number): RunningProcess {
  return role("hello-server", { bind: endpoint, work });
}

function client(endpoint: string, options: RoleOptions<"hello-client"> = {}): RunningProcess {
  return role("hello-client", { connect: endpoint, requests: REQUESTS, timeout: 300, ...options });
}

/** Waits until a client has logged a number of times that it tries again. */
function triedAgain(child: RunningProcess, times: number): Promise<unknown> {
  return child.untilLogged(/trying again$/, { times });
}

describe("hello-client gets all its replies, in order,", () => {
  test("from a server that is not there yet: it logs whom it waits for, and tries again", async () => {
    const endpoint = await freeEndpoint();
    const requester = client(endpoint);
    await triedAgain(requester, 3);
    expect(requester.logLines(/trying again/)[0]).toMatchObject({
      level: 40,
      msg: `no reply from ${endpoint} within 300 ms; trying again`,
    });

    const responder = server(endpoint, 1);
    await requester.done();
    expect(requester.stdout).toBe(ALL_IN_ORDER);
    await responder.stop();
    // What was never sent is not sent late
    expect(responder.stdout).toBe("Received Hello\n".repeat(REQUESTS));
  });

  test("from a server that takes the place of one killed mid-request", async () => {
    const endpoint = await freeEndpoint();
    const requester = client(endpoint);
    const killed = server(endpoint, 60_000);
    await killed.line(/^Received Hello$/);
    killed.kill("SIGKILL");
    expect(await killed.exited()).toEqual({ code: null, signal: "SIGKILL" });
    await triedAgain(requester, 1);

    server(endpoint, 1);
    await requester.done();
    expect(requester.stdout).toBe(ALL_IN_ORDER);
  });

  test("from a server that hangs mid-request and goes on later", async () => {
    const endpoint = await freeEndpoint();
    const responder = server(endpoint, 100);
    const requester = client(endpoint);
    await responder.line(/^Received Hello$/);
    responder.kill("SIGSTOP");
    await triedAgain(requester, 3);
    expect(requester.stdout).not.toContain("Received");

    responder.kill("SIGCONT");
    await requester.done();
    expect(requester.stdout).toBe(ALL_IN_ORDER);
  });
});

test("hello-client waits longer and longer between tries, at random, and twice its timeout at most", async () => {
  const requester = client(await freeEndpoint(), { retries: 13 });
  expect(await requester.exited()).toEqual({ code: 1, signal: null });
  const times = requester.logLines(/trying again/).map(({ time }) => time);
  expect(times).toHaveLength(12);
  const waits = times.slice(1).map((time, n) => time - (times[n] ?? NaN) - 300);
  // A wait of w tells of a back-off of w; a busy machine adds to it. Without a limit the last would be half a minute
  expect(Math.min(...waits)).toBeGreaterThan(-20);
  expect(Math.max(...waits)).toBeLessThan(300 + 3000);
  const longest = Math.max(...waits.slice(4));
  expect(longest).toBeGreaterThan(Math.min(...waits.slice(0, 2)));
  expect(new Set(waits).size).toBeGreaterThan(4);
});

describe("hello-client gives up after --retries tries, with status 1, and names the endpoint", () => {
  test("of a server that is not there", async () => {
    const endpoint = await freeEndpoint();
    const requester = client(endpoint, { retries: 3 });
    expect(await requester.exited()).toEqual({ code: 1, signal: null });
    expect(requester.logged().at(-1)).toMatchObject({
      level: 60,
      msg: `no reply from ${endpoint}: tried 3 times, 300 ms each`,
    });
    expect(requester.stderr).not.toContain("    at ");
    expect(requester.stdout).toBe("Connecting to hello world server...\nSending Hello 0...\n");
  });

  test("of a server that hangs", async () => {
    const endpoint = await freeEndpoint();
    const responder = server(endpoint, 1);
    await responder.untilLogged(/waiting for requests/);
    responder.kill("SIGSTOP");
    const requester = client(endpoint, { retries: 3 });
    expect(await requester.exited()).toEqual({ code: 1, signal: null });
    expect(requester.stderr).toContain(`no reply from ${endpoint}: tried 3 times, 300 ms each`);
    responder.kill("SIGCONT");
  });
});

test("hello-client never takes a late reply to an earlier try for the current one", async () => {
  // ROUTER knows each try by the identity of its socket, and can answer any of them at any time
  const { socket: router, endpoint } = await bound(new Router());
  const requester = client(endpoint, { requests: 2 });
  const next = async () => {
    const [identity] = await receive(router);
    return identity ?? Buffer.alloc(0);
  };

  const tries = [await next(), await next(), await next()] as const;
  const sendLate = async () => {
    for (const early of tries.slice(0, 2)) await router.send([early, "", "late"]);
  };
  await sendLate();
  await router.send([tries[2], "", "right"]);

  const second = await next();
  await sendLate();
  await router.send([second, "", "right again"]);

  await requester.done();
  expect(requester.stdout).toMatch(/Received right 0\n[^]*Received right again 1\n/);
  expect(requester.stdout).not.toContain("late");
});
