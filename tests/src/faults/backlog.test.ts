/** More messages than their reader takes: at its high-water mark libzmq reads no more, nor sees heartbeats. */
import { expect, test } from "@jest/globals";
import { eventually, freeEndpoint, role } from "process-kit/jest";
import { Dealer, Pull, Push } from "zeromq";
import { bound, receive } from "../support/sockets.js";

test("hello-server survives a client that floods it with requests and is gone", async () => {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 1000 });
  await server.untilLogged(/waiting for requests/);
  const flooder = new Dealer({ linger: 0, sendHighWaterMark: 0 });
  flooder.connect(endpoint);
  for (let n = 0; n < 200_000; n++) await flooder.send(["", "Hello"]);
  await server.line(/^Received Hello$/);
  flooder.close();
  // It works on what it has got, a second each; a heartbeat or two later it is still well
  await server.until(/(?:Received Hello\n){6}/);
  await server.stop();
});

test("a worker does all the tasks of a ventilator that handed over thousands and is gone", async () => {
  const TASKS = 4000;
  const { socket: results, endpoint: sink } = await bound(new Pull());
  const vent = await freeEndpoint();
  const worker = role("taskwork", { vent, sink });
  // As the ventilator does: leave when every task has been handed over
  const ventilator = new Push({ linger: -1 });
  await ventilator.bind(vent);
  for (let n = 0; n < TASKS; n++) await ventilator.send("1");
  ventilator.close();

  for (let n = 0; n < TASKS; n++) await receive(results);
  await eventually(
    () => worker.stdout.length === "1.".length * TASKS,
    () => worker.report(),
  );
  await worker.stop();
  expect(worker.stdout).toBe("1.".repeat(TASKS));
});
