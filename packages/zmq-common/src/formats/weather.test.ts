import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { formatWeather, formatZipcode, parseWeather } from "./weather.js";

const updates = fc.record({
  zipcode: fc.integer({ min: 0, max: 99_999 }),
  temperature: fc.integer({ min: -80, max: 134 }),
  humidity: fc.integer({ min: 10, max: 59 }),
});

const bytes = fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array));

test("writes five digits of zip code, temperature and humidity", () => {
  expect(formatWeather({ zipcode: 7, temperature: -80, humidity: 10 }).toString()).toBe("00007 -80 10");
  expect(formatWeather({ zipcode: 10_001, temperature: 28, humidity: 59 }).toString()).toBe("10001 28 59");
});

test("an update begins with its zip code", () => {
  fc.assert(
    fc.property(updates, (update) => {
      const text = formatWeather(update).toString();
      expect(text).toBe(
        `${String(update.zipcode).padStart(5, "0")} ${update.temperature} ${update.humidity}`,
      );
      expect(formatZipcode(update.zipcode).toString()).toBe(text.slice(0, 5));
    }),
  );
  for (const zipcode of [-1, 100_000, 0.5]) expect(() => formatZipcode(zipcode)).toThrow(RangeError);
});

test("what is written is read", () => {
  fc.assert(
    fc.property(updates, (update) => {
      expect(parseWeather([Buffer.from(formatWeather(update))])).toEqual(update);
    }),
  );
});

describe("is read as the Guide's publishers send it:", () => {
  /** Some of them have more to say than ours. */
  const theirs = fc.record({
    zipcode: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constant(100_000)),
    temperature: fc.integer({ min: -80, max: 135 }),
    humidity: fc.integer({ min: 10, max: 99 }),
  });
  type Update = typeof theirs extends fc.Arbitrary<infer T> ? T : never;

  const padded = ({ zipcode, temperature, humidity }: Update) =>
    `${String(zipcode).padStart(5, "0")} ${temperature} ${humidity}`;

  test.each<[string, (update: Update) => string]>([
    ["C, Clojure, Elixir, F#, Java, Lua, Node.js, OCaml, PHP, Ruby, Rust, Tcl", padded],
    [
      "Erlang, Go, Haxe, Julia, Perl, Python, Racket",
      ({ zipcode, temperature, humidity }) => `${zipcode} ${temperature} ${humidity}`,
    ],
    [
      "Delphi, Free Pascal",
      ({ zipcode, temperature, humidity }) => `${String(zipcode).padStart(5)} ${temperature} ${humidity}`,
    ],
    [
      "Felix",
      ({ zipcode, temperature, humidity }) =>
        `${String(zipcode).padStart(3, "0")} ${temperature} ${humidity}`,
    ],
    ["Scala", (update) => `${padded(update)}\0`],
  ])("%s", (_, format) => {
    fc.assert(
      fc.property(theirs, (update) => {
        expect(parseWeather([Buffer.from(format(update))])).toEqual(update);
      }),
    );
  });

  test("C#, without a humidity", () => {
    fc.assert(
      fc.property(theirs, ({ zipcode, temperature }) => {
        const text = `${String(zipcode).padStart(5, "0")} ${temperature}`;
        expect(parseWeather([Buffer.from(text)])).toEqual({ zipcode, temperature, humidity: undefined });
      }),
    );
  });

  test("C++, in twenty bytes that were there before", () => {
    fc.assert(
      fc.property(theirs, fc.uint8Array({ minLength: 20, maxLength: 20 }), (update, array) => {
        const frame = Buffer.from(array);
        frame.write(`${padded(update)}\0`);
        expect(parseWeather([frame])).toEqual(update);
      }),
    );
  });

  test("any of them, with a NUL and anything behind it", () => {
    fc.assert(
      fc.property(theirs, bytes, (update, tail) => {
        const frame = Buffer.concat([Buffer.from(`${padded(update)}\0`), tail]);
        expect(parseWeather([frame])).toEqual(update);
      }),
    );
  });
});

test("never throws, and reads nothing else", () => {
  const readable = /^(?:\d{1,5}| {4}\d| {3}\d\d| {2}\d{3}| \d{4}|100000) -?\d{1,3}(?: \d{1,3})?(?:\0|$)/;
  const similar = fc.stringMatching(/^ {0,4}\d{0,6} {0,2}-?\d{0,4} {0,2}\d{0,4}.?$/);
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          bytes,
          fc.string().map((text) => Buffer.from(text)),
          similar.map((text) => Buffer.from(text)),
        ),
        { maxLength: 3 },
      ),
      (message) => {
        const update = parseWeather(message);
        const text = message.length === 1 ? (message[0]?.toString("latin1") ?? "") : "";
        expect(update !== undefined).toBe(readable.test(text));
      },
    ),
    { numRuns: 5000 },
  );
});

describe("is not taken for an update:", () => {
  test.each([
    [""],
    ["10001"],
    ["10001 "],
    ["10001 28 "],
    ["10001 -"],
    ["     28 20"],
    ["   501 28 20"],
    [" 501 28 20"],
    ["5 1 28 20"],
    ["100001 28 20"],
    ["1000000 28 20"],
    [" 10001 28 20"],
    ["10001  28 20"],
    ["100010 28 20"],
    ["10001 2800 20"],
    ["10001 28 -20"],
    ["10001 28.5 20"],
    ["10001 28 20 more"],
    ["10001 28 20\n"],
    ["١٠٠٠١ 28 20"],
    ["\u000010001 28 20"],
  ])("%j", (text) => {
    expect(parseWeather([Buffer.from(text)])).toBeUndefined();
  });

  test("no frame, or two", () => {
    expect(parseWeather([])).toBeUndefined();
    expect(parseWeather([Buffer.from("10001 28 20"), Buffer.of()])).toBeUndefined();
  });
});

test.each([
  [{ zipcode: 100_000 }, "Expected `zipcode` to be an integer from 0 to 99999, got `100000`"],
  [{ zipcode: -1 }, "Expected `zipcode` to be an integer from 0 to 99999, got `-1`"],
  [{ zipcode: 1.5 }, "Expected `zipcode` to be an integer from 0 to 99999, got `1.5`"],
  [{ temperature: 135 }, "Expected `temperature` to be an integer from -80 to 134, got `135`"],
  [{ temperature: Number.NaN }, "Expected `temperature` to be an integer from -80 to 134, got `NaN`"],
  [{ humidity: 9 }, "Expected `humidity` to be an integer from 10 to 59, got `9`"],
  [{ humidity: 60 }, "Expected `humidity` to be an integer from 10 to 59, got `60`"],
])("%j is not written", (field, message) => {
  const update = { zipcode: 10_001, temperature: 28, humidity: 20, ...field };
  expect(() => formatWeather(update)).toThrow(new RangeError(message));
});
