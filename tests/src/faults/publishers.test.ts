/** wuserver (PUB) -> wuclient (SUB), of which the first comes and goes, or says nothing. */
import { expect, test } from "@jest/globals";
import { Publisher } from "zeromq";
import { freeEndpoint } from "../support/ports.js";
import { role } from "../support/processes.js";
import { bound } from "../support/sockets.js";
import { linesOf } from "./log.js";

test("wuclient completes its count although its publisher is killed and restarted ten times", async () => {
  const endpoint = await freeEndpoint();
  // More updates than the ten send together, so that it ends with the last publisher only
  const client = role("wuclient", ["", "--connect", endpoint, "--updates", "100000"]);
  for (let restarts = 0; restarts < 10; restarts++) {
    const killed = role("wuserver", ["--bind", endpoint, "--rate", "100"]);
    await killed.until(/peers connected: 1/, { on: "stderr" });
    killed.kill("SIGKILL");
    await killed.exited();
  }
  expect(client.stdout).toBe("Collecting updates from weather server...\n");

  const last = role("wuserver", ["--bind", endpoint]);
  await client.done();
  expect(client.stdout).toMatch(/\nAverage temperature for zipcode '' was -?\d+F\n$/);
  const lost = linesOf(client, /^lost the connection to tcp:/).length;
  expect(lost).toBeGreaterThan(0);
  expect(linesOf(client, /^connected to tcp:.* again$/)).toHaveLength(lost);
  await last.stop();
});

test("wuclient says when no update comes, less and less often, and completes its count when they do", async () => {
  const { socket: publisher, endpoint } = await bound(new Publisher());
  const client = role("wuclient", ["--connect", endpoint, "--updates", "3"]);
  await client.until(/(?:no update for[^]*){2}/, { on: "stderr" });
  const [first, second] = linesOf(client, /^no update for/);
  expect(first?.msg).toMatch(new RegExp(`^no update for \\d+ ms from ${endpoint}; waiting$`));
  expect((second?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThan(2000);

  for (const temperature of [10, 20, 30]) await publisher.send(`10001 ${temperature} 40`);
  await client.done();
  expect(client.stdout).toContain("Average temperature for zipcode '10001 ' was 20F\n");
});

test("wuclient completes its count from a publisher that hung and goes on", async () => {
  const endpoint = await freeEndpoint();
  const server = role("wuserver", ["--bind", endpoint, "--rate", "1000"]);
  const client = role("wuclient", ["", "--connect", endpoint, "--updates", "1500"]);
  await server.until(/peers connected: 1/, { on: "stderr" });
  server.kill("SIGSTOP");
  await client.until(/no update for/, { on: "stderr" });
  server.kill("SIGCONT");
  await client.done();
});
