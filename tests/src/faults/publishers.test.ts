/** wuserver (PUB) -> wuclient (SUB), of which the first comes and goes, or says nothing. */
import { expect, test } from "@jest/globals";
import { freeEndpoint, role } from "process-kit/jest";
import { Publisher } from "zeromq";
import { bound } from "../support/sockets.js";

test("wuclient completes its count although its publisher is killed and restarted ten times", async () => {
  const endpoint = await freeEndpoint();
  // More updates than the ten send together, so that it ends with the last publisher only
  const client = role("wuclient", { filters: [""], connect: endpoint, updates: 100_000 });
  for (let restarts = 0; restarts < 10; restarts++) {
    const killed = role("wuserver", { bind: endpoint, rate: 100 });
    await killed.untilLogged(/peers connected: 1/);
    killed.kill("SIGKILL");
    await killed.exited();
  }
  expect(client.stdout).toBe("Collecting updates from weather server...\n");

  const last = role("wuserver", { bind: endpoint });
  await client.done();
  expect(client.stdout).toMatch(/\nAverage temperature for zipcode '' was -?\d+F\n$/);
  const lost = client.logLines(/^lost the connection to tcp:/).length;
  expect(lost).toBeGreaterThan(0);
  expect(client.logLines(/^connected to tcp:.* again$/)).toHaveLength(lost);
  await last.stop();
});

test("wuclient says when no update comes, less and less often, and completes its count when they do", async () => {
  const { socket: publisher, endpoint } = await bound(new Publisher());
  const client = role("wuclient", { connect: endpoint, updates: 3 });
  await client.untilLogged(/^no update for/, { times: 2 });
  const [first, second] = client.logLines(/^no update for/);
  expect(first?.msg).toMatch(new RegExp(`^no update for \\d+ ms from ${endpoint}; waiting$`));
  expect((second?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThan(2000);

  for (const temperature of [10, 20, 30]) await publisher.send(`10001 ${temperature} 40`);
  await client.done();
  expect(client.stdout).toContain("Average temperature for zipcode '10001 ' was 20F\n");
});

test("wuclient completes its count from a publisher that hung and goes on", async () => {
  const endpoint = await freeEndpoint();
  const server = role("wuserver", { bind: endpoint, rate: 1000 });
  const client = role("wuclient", { filters: [""], connect: endpoint, updates: 1500 });
  await server.untilLogged(/peers connected: 1/);
  server.kill("SIGSTOP");
  await client.untilLogged(/no update for/);
  server.kill("SIGCONT");
  await client.done();
});
