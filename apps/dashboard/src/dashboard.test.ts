import { expect, test } from "@jest/globals";
import { XPublisher } from "zeromq";
import { startRole } from "zmq-common/testing";
import { dashboard } from "./dashboard.js";

test("prints where the page is, and where roles have to tell: XPUB -> SUB", async () => {
  await using running = startRole(dashboard, { bind: ["tcp://127.0.0.1:*"], http: "127.0.0.1:0", name: [] });
  await running.until(() => running.printed.includes("--telemetry"));
  const [, url = "", telemetry = ""] =
    /^The page: (\S+)\nRoles appear on it that run with --telemetry (\S+)\n$/.exec(running.printed) ?? [];
  const response = await fetch(url);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);

  const role = new XPublisher({ linger: 0, receiveTimeout: 8000 });
  role.connect(telemetry);
  const closing = new AbortController();
  const events = fetch(`${url}events`, { signal: closing.signal });
  // Somebody looks, so it subscribes
  expect((await role.receive())[0]?.[0]).toBe(1);
  closing.abort();
  await events.catch(() => {});
  role.close();
  await running.stop();
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});
