import { describe, expect, test } from "@jest/globals";
import { capability } from "zeromq";
import { checkEndpoint, EndpointError } from "./endpoints.js";

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
    "TCP://*:5555",
    "udp://*:5555",
    "http://localhost:80",
    "ipc://",
    "inproc://",
  ])("is not %j", (endpoint) => {
    expect(() => checkEndpoint(endpoint)).toThrow(new EndpointError(EXPECTED, endpoint));
  });
});
