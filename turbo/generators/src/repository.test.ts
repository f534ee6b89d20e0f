import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { findApps, freePort, isPackage } from "./repository.js";

const root = join(import.meta.dirname, "../../..");

test("finds the apps, their ports and their sockets", () => {
  const apps = findApps(root);
  expect(apps).toContainEqual({ name: "hello-server", port: 5555, sockets: ["Reply"] });
  expect(apps).toContainEqual({ name: "taskwork", port: undefined, sockets: ["Pull", "Push"] });
});

test("a free port is the first from 5559 on that no app binds", () => {
  const at = (port: number | undefined) => ({ name: "", port, sockets: [] });
  expect(freePort([at(5555), at(undefined)])).toBe(5559);
  expect(freePort([at(5559), at(5561), at(5560)])).toBe(5562);
});

test.each(["hello-server", "zmq-common", "tests", "generators", "pino", "turbo"])("%s is taken", (name) => {
  expect(isPackage(root, name)).toBe(true);
});

test("any other name is not", () => {
  expect(isPackage(root, "price-server")).toBe(false);
});
