import { describe, expect, test } from "@jest/globals";
import { capability } from "zeromq";
import { checkEndpoint, checkProgramEndpoint, checkRemoteEndpoint, EndpointError } from "./endpoints.js";

const EXPECTED = "expected tcp://host:port (port 0 to 65535), ipc://path or inproc://name";

describe("an endpoint", () => {
  test.each([
    "tcp://*:5555",
    "tcp://*:*",
    "tcp://*:0",
    "tcp://localhost:65535",
    "tcp://127.0.0.1:1",
    "tcp://hello-server:5555",
    "tcp://hello.example.org:5555",
    "tcp://[::1]:5555",
    "tcp://[fe80::1%eth0]:5555",
    "inproc://anything goes",
    ...(capability.ipc ? ["ipc://weather.ipc", "ipc:///tmp/a b"] : []),
  ])("is %s", (endpoint) => {
    expect(checkEndpoint(endpoint)).toBe(endpoint);
  });

  test.each([
    "",
    "localhost:5555",
    "tcp://",
    "tcp://localhost",
    "tcp://localhost:",
    "tcp://:5555",
    "tcp://*:65536",
    "tcp://*:99999",
    "tcp://*:5x",
    "tcp://*:-1",
    "tcp://*:5555/",
    "tcp://a b:5555",
    "tcp://[localhost]:5555",
    "tcp://[::1:5555",
    "TCP://*:5555",
    "udp://*:5555",
    "http://localhost:80",
    "ipc://",
    "inproc://",
  ])("is not %j", (endpoint) => {
    expect(() => checkEndpoint(endpoint)).toThrow(new EndpointError(EXPECTED, endpoint));
  });
});

describe("an endpoint to connect to", () => {
  test.each([
    "tcp://localhost:1",
    "tcp://hello-server:65535",
    "tcp://hello_server.example.org:5555",
    "tcp://127.0.0.1:5555",
    "tcp://[::1]:5555",
    "tcp://[fe80::1%eth0]:5555",
    "inproc://anything goes",
    ...(capability.ipc ? ["ipc://weather.ipc", "ipc://@weather"] : []),
  ])("is %s", (endpoint) => {
    expect(checkRemoteEndpoint(endpoint)).toBe(endpoint);
  });

  test.each([
    ["5555", EXPECTED],
    ["tcp://*:5555", "* is for binding; to connect, name the peer"],
    ["tcp://*:*", "* is for binding; to connect, name the peer"],
    ["tcp://localhost:*", "port * is for binding; to connect, name the peer's port"],
    ["tcp://localhost:0", "port 0 is for binding; to connect, name the peer's port"],
    ["tcp://[::1]:00", "port 00 is for binding; to connect, name the peer's port"],
    ["tcp://höst:5555", "expected a host name of ASCII letters, digits, hyphens and dots"],
    ["tcp://-host:5555", "expected a host name of ASCII letters, digits, hyphens and dots"],
    [
      "tcp://[fe80::1]:5555",
      "a link-local address needs its network interface, as in tcp://[fe80::1%eth0]:5555",
    ],
    ["tcp://ho,st:5555", "expected a host name of ASCII letters, digits, hyphens and dots"],
    ...(capability.ipc ? [["ipc://*", "* is for binding; to connect, name the peer"] as const] : []),
  ])("is not %s: %s", (endpoint, expected) => {
    expect(() => checkRemoteEndpoint(endpoint)).toThrow(new EndpointError(expected, endpoint));
  });
});

test("an endpoint that reaches another program is not of inproc", () => {
  expect(checkProgramEndpoint("tcp://*:*")).toBe("tcp://*:*");
  expect(() => checkProgramEndpoint("5555")).toThrow(EXPECTED);
  expect(() => checkProgramEndpoint("inproc://here")).toThrow(
    "inproc reaches sockets of the same process only",
  );
});
