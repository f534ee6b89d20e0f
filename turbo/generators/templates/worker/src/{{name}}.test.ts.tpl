import { expect, test } from "@jest/globals";
import { Pull, Push } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { {{id}} } from "./{{name}}.js";

// inproc does not tell whether the sink is connected
const counted = transports().filter((transport) => !transport.startsWith("inproc"));

/** vent (PUSH) -> the role -> sink (PULL) */
async function start(transport = "tcp://127.0.0.1:*") {
  const vent = new Push({ linger: 0 });
  const sink = new Pull({ receiveTimeout: 5000 });
  await vent.bind(transport.includes("*") ? transport : `${transport}-vent`);
  await sink.bind(transport.includes("*") ? transport : `${transport}-sink`);
  const role = startRole({{id}}, { vent: vent.lastEndpoint ?? "", sink: sink.lastEndpoint ?? "" });
  return {
    vent,
    sink,
    role,
    async [Symbol.asyncDispose]() {
      await role.stop();
      vent.close();
      sink.close();
    },
  };
}

test.each(counted)("does one task after another and sends its result over %s", async (transport) => {
  await using line = await start(transport);
  for (const task of ["1", "2", "3"]) await line.vent.send(task);
  for (const task of ["1", "2", "3"]) expect(String(await line.sink.receive())).toBe(`${task} done`);
  expect(line.role.printed).toBe("Doing 1\nDoing 2\nDoing 3\n");
});

test("a stop while it waits ends it", async () => {
  await using line = await start();
  await line.role.until(() => line.role.logged.some(({ msg }) => msg.startsWith("waiting for tasks")));
  await line.role.stop();
  await expect(line.role.done).rejects.toThrow("stopped by the test");
});
