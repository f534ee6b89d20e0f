import { expect, test } from "@jest/globals";
import { curveKeyPair } from "zeromq";
import { isKey, z85Encode } from "./z85.js";

test("encodes the example of RFC 32", () => {
  expect(z85Encode(Buffer.from("864fd26fb559f75b", "hex"))).toBe("HelloWorld");
});

test.each([
  ["00000000", "00000"],
  ["ffffffff", "%nSc0"],
  ["", ""],
])("encodes %j as %j", (hex, text) => {
  expect(z85Encode(Buffer.from(hex, "hex"))).toBe(text);
});

test("knows a key when it sees one", () => {
  const { publicKey } = curveKeyPair();
  expect(isKey(publicKey)).toBe(true);
  expect(isKey(publicKey.slice(1))).toBe(false);
  expect(isKey(`${publicKey}0`)).toBe(false);
  expect(isKey(`${publicKey.slice(1)}"`)).toBe(false);
  expect(isKey("")).toBe(false);
  expect(isKey("%nSc0".repeat(8))).toBe(true);
  // More than 32 bits
  expect(isKey("%nSc1".repeat(8))).toBe(false);
});
