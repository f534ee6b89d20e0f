import { networkInterfaces } from "node:os";
import { expect, test } from "@jest/globals";
import { localEndpoints, resolveHost, resolveHostNow, UnreachableError } from "./hosts.js";

test("a name has addresses, each once, with its family", async () => {
  const addresses = await resolveHost("localhost");
  expect(addresses.length).toBeGreaterThan(0);
  expect(new Set(addresses.map(({ address }) => address)).size).toBe(addresses.length);
  for (const { address, family } of addresses) {
    expect(address).toMatch(family === 4 ? /^127\./ : /^::1$/);
  }
});

test("one without an address is an error that names it", async () => {
  const resolved = resolveHost("typo.invalid");
  await expect(resolved).rejects.toThrow(UnreachableError);
  await expect(resolved).rejects.toThrow("cannot resolve the host name typo.invalid");
});

test("what looks like a flag is a name, too", async () => {
  await expect(resolveHost("--help")).rejects.toThrow("cannot resolve the host name --help");
});

(process.platform === "linux" ? test : test.skip)("it may be resolved at once", async () => {
  expect(resolveHostNow("localhost")).toEqual(await resolveHost("localhost"));
  expect(resolveHostNow("typo.invalid")).toEqual([]);
});

test("a signal ends the wait", async () => {
  const controller = new AbortController();
  const resolved = resolveHost("localhost", controller.signal);
  controller.abort();
  await expect(resolved).rejects.toThrow();
});

test.each([
  "tcp://*:5555",
  "tcp://127.0.0.1:*",
  "tcp://[::]:5555",
  "ipc://weather.ipc",
  "tcp://typo.invalid:1",
])("%s is bound as it is", async (endpoint) => {
  expect(await localEndpoints(endpoint)).toEqual([endpoint]);
});

test("so is the name of a network interface", async () => {
  for (const name of Object.keys(networkInterfaces())) {
    expect(await localEndpoints(`tcp://${name}:5555`)).toEqual([`tcp://${name}:5555`]);
  }
});

test("in place of a host's name its addresses are bound", async () => {
  expect(await localEndpoints("tcp://localhost:5555")).toContain("tcp://127.0.0.1:5555");
});
