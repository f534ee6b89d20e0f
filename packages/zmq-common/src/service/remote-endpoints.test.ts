import { expect, jest, test } from "@jest/globals";
import { parseOptions } from "./command-line.js";
import { endpoints, remoteEndpoint, remoteEndpoints } from "./options.js";

const program = { name: "client", description: "Asks", version: "client 1.2.3 (libzmq 4.3.5)" };
const specs = {
  bind: endpoints("where to bind", { default: ["tcp://*:5557"] }),
  sink: remoteEndpoint("the sink", { default: "tcp://localhost:5558" }),
  connect: remoteEndpoints("servers", { default: ["tcp://localhost:5555"] }),
};

test("an endpoint to connect to is taken as others are", () => {
  const connect = ["tcp://a:1", "tcp://[::1]:2"];
  expect(parseOptions(program, specs, ["--connect", connect.join(","), "--sink", "tcp://b:3"])).toEqual({
    bind: ["tcp://*:5557"],
    sink: "tcp://b:3",
    connect,
  });
});

test.each([
  ["--connect", "tcp://*:5555", "* is for binding; to connect, name the peer"],
  ["--connect", "tcp://a:1,tcp://b:0", "port 0 is for binding; to connect, name the peer's port"],
  ["--sink", "tcp://localhost:*", "port * is for binding; to connect, name the peer's port"],
  ["--sink", "inproc://sink", "inproc reaches sockets of the same process only; expected tcp or ipc"],
  ["--bind", "inproc://sink", "inproc reaches sockets of the same process only; expected tcp or ipc"],
])("%s %s, which can never work, is wrong usage", (flag, value, reason) => {
  const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(() => parseOptions(program, specs, [flag, value])).toThrow(expect.objectContaining({ status: 2 }));
  expect(write.mock.calls.join("")).toContain(`argument '${value}' is invalid. ${reason}`);
  write.mockRestore();
});
