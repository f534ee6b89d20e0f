import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { formatTelemetry, MAX_SPANS, parseTelemetry, type TelemetryMessage } from "./wire.js";

const text = (maxLength: number) => fc.string({ maxLength });
const count = fc.nat();
const time = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e15 }).map((value) => value + 0);
const id = text(128);

const socketInfo = fc.record({
  name: text(64),
  type: text(16),
  binds: fc.array(text(100), { maxLength: 4 }),
  connects: fc.array(text(100), { maxLength: 4 }),
});

const span = fc.oneof(
  fc.tuple(time, time, text(24)),
  fc.tuple(time, time, text(24), text(64)),
) as fc.Arbitrary<[number, number, string]>;

const message: fc.Arbitrary<TelemetryMessage> = fc.oneof(
  fc.record(
    {
      topic: fc.constant("node" as const),
      v: fc.constant(1 as const),
      id,
      role: text(64),
      pid: count,
      host: text(256),
      addresses: fc.array(text(64), { maxLength: 8 }),
      started: time,
      sockets: fc.array(socketInfo, { maxLength: 4 }),
      state: fc.constant("ended" as const),
      code: count,
    },
    { requiredKeys: ["topic", "v", "id", "role", "pid", "host", "started", "sockets"] },
  ),
  fc.record(
    {
      topic: fc.constant("tick" as const),
      id,
      t: time,
      sockets: fc
        .array(fc.tuple(text(64), fc.tuple(count, count, count)), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries)),
      doing: fc.array(fc.tuple(text(64), time, text(24)), { maxLength: 4 }),
      show: fc.array(fc.tuple(text(64), count, time), { maxLength: 4 }),
      malformed: count,
      lag: time,
    },
    { requiredKeys: ["topic", "id", "t", "sockets", "doing"] },
  ),
  fc.record({
    topic: fc.constant("span" as const),
    id,
    socket: text(64),
    spans: fc.array(span, { maxLength: 8 }),
    missed: count,
  }),
  fc.record({
    topic: fc.constant("log" as const),
    id,
    t: time,
    level: fc.constantFrom("debug", "info", "warn", "error", "fatal"),
    text: text(512),
  }),
);

const frames = (topic: string, json: string) => [Buffer.from(topic), Buffer.from(json)];

test("what is formatted reads as it was", () => {
  fc.assert(
    fc.property(message, (given) => {
      // JSON has neither -0 nor what is undefined
      const expected = JSON.parse(JSON.stringify(given)) as unknown;
      expect(parseTelemetry(frames(...formatTelemetry(given)))).toEqual(expected);
    }),
  );
});

test("never throws, whatever the bytes", () => {
  const bytes = fc.uint8Array().map((each) => Buffer.from(each));
  const topic = fc
    .constantFrom("node", "tick", "span", "log", "__proto__", "constructor", "")
    .map((each) => Buffer.from(each));
  fc.assert(
    fc.property(
      fc.oneof(topic, bytes),
      fc.oneof(
        bytes,
        fc.json().map((each) => Buffer.from(each)),
      ),
      (first, second) => {
        expect(parseTelemetry([first, second])).toBeUndefined();
      },
    ),
  );
});

describe("takes nothing that is larger than what roles send", () => {
  const at = (spans: number, label: string) => ({
    id: "a",
    socket: "PULL",
    spans: Array.from({ length: spans }, () => [1, 2, label]),
    missed: 0,
  });

  test.each([
    ["as many spans as one message may have", at(MAX_SPANS, "x"), true],
    ["one more", at(MAX_SPANS + 1, "x"), false],
    ["a longer label", at(1, "x".repeat(97)), false],
    ["another field", { ...at(1, "x"), pid: "rm -rf" }, true],
  ])("%s", (_, content, isTaken) => {
    const parsed = parseTelemetry(frames("span", JSON.stringify(content)));
    expect(parsed !== undefined).toBe(isTaken);
    expect(parsed ?? {}).not.toHaveProperty("pid");
  });

  test("a number of frames that is not two", () => {
    expect(parseTelemetry([Buffer.from("node")])).toBeUndefined();
    expect(parseTelemetry([...frames("span", JSON.stringify(at(1, "x"))), Buffer.of()])).toBeUndefined();
  });
});
