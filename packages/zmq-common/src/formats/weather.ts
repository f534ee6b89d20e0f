/** The wire format of weather updates: `"%05d %d %d"`, zip code, temperature and relative humidity. */

export interface WeatherUpdate {
  /** 0 to 99999; five digits on the wire, so that a subscription to a zip code is a prefix. */
  zipcode: number;
  /** Degrees Fahrenheit, -80 to 134. */
  temperature: number;
  /** Relative humidity in per cent, 10 to 59. */
  humidity: number;
}

/**
 * How all updates for a zip code begin: `00501`. For `Subscriptions`, which are asked ten million times a second.
 *
 * @returns The same bytes at each call, with other content: to be used before the next.
 * @throws {RangeError} When it is not an integer from 0 to 99999.
 */
export function formatZipcode(zipcode: number): Buffer {
  if (!inRange(zipcode, 0, 99_999)) throw outOfRange("zipcode", zipcode, "0 to 99999");
  // As an integer: V8 has it as floating point, which takes longer to divide
  for (let at = 4, rest = zipcode | 0; at >= 0; at--, rest = quotient(rest)) bytes[at] = ZERO + (rest % 10);
  return beginnings[5] as Buffer;
}

/**
 * @returns The same bytes at each call, with other content: to be sent before the next. A socket copies up to 128
 *   bytes as it is told to send them, and up to 33 cost it no memory of their own: they go out twice as fast as a
 *   string.
 * @throws {RangeError} When a field is not an integer in its range.
 */
export function formatWeather({ zipcode, temperature, humidity }: WeatherUpdate): Buffer {
  if (!inRange(temperature, -80, 134)) throw outOfRange("temperature", temperature, "-80 to 134");
  if (!inRange(humidity, 10, 59)) throw outOfRange("humidity", humidity, "10 to 59");
  const afterZipcode = formatZipcode(zipcode).length;
  const afterTemperature = writeNumber(temperature, writeSpace(afterZipcode));
  return beginnings[writeNumber(humidity, writeSpace(afterTemperature))] as Buffer;
}

/** Where updates are written: the longest is as long as `"00501 -80 10"`. */
const bytes = Buffer.alloc("00501 -80 10".length);

/** A view of the first n of these bytes, for each n. */
const beginnings = Array.from({ length: bytes.length + 1 }, (_, length) => bytes.subarray(0, length));

const [ZERO, MINUS, SPACE] = Buffer.from("0- ") as unknown as [number, number, number];

/** @returns Where it ends. */
function writeNumber(value: number, at: number): number {
  if (value < 0) {
    bytes[at] = MINUS;
    return writeNumber(-value, at + 1);
  }
  const last = value < 10 ? at : writeNumber(quotient(value), at);
  bytes[last] = ZERO + (value % 10);
  return last + 1;
}

function writeSpace(at: number): number {
  bytes[at] = SPACE;
  return at + 1;
}

/** An integer division by ten: the shortest way to have V8 do it without floating point. */
const quotient = (value: number) => (value / 10) | 0;

/**
 * Reads a weather update as any of the Guide's publishers sends it: the text may end in a NUL with anything behind it
 * (C++ sends 20 bytes of which it writes the first few), the zip code may lack its leading zeros (Python), have blanks
 * instead (Pascal) or be 100000 (PHP), and the humidity may be missing (C#). Temperature and humidity may be any
 * number of up to three digits.
 *
 * @returns Nothing for a message that is no weather update. Never throws.
 */
export function parseWeather(
  message: readonly Buffer[],
): { zipcode: number; temperature: number; humidity: number | undefined } | undefined {
  const [frame] = message;
  if (frame === undefined || message.length > 1) return undefined;
  // Byte by byte: as text, with a regular expression, it takes five times as long
  let at = 0;
  const readNumber = (digits: number) => {
    const start = at;
    let value = 0;
    for (const end = start + digits; at < end; at++) {
      const digit = (frame[at] ?? NaN) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    return at === start ? NaN : value;
  };
  while (at < 5 && frame[at] === SPACE) at += 1;
  const padded = at > 0;
  const zipcode = readNumber(6);
  if ((padded && at !== 5) || (at > 5 && zipcode !== 100_000)) return undefined;
  if (frame[at++] !== SPACE) return undefined;
  const negative = frame[at] === MINUS;
  if (negative) at += 1;
  const degrees = readNumber(3);
  let humidity: number | undefined;
  if (frame[at] === SPACE) {
    at += 1;
    humidity = readNumber(3);
  }
  const ended = at === frame.length || frame[at] === 0;
  if (!ended || Number.isNaN(zipcode + degrees + (humidity ?? 0))) return undefined;
  return { zipcode, temperature: negative ? -degrees : degrees, humidity };
}

const inRange = (value: number, min: number, max: number) =>
  Number.isInteger(value) && value >= min && value <= max;

const outOfRange = (field: string, value: number, range: string) =>
  new RangeError(`Expected \`${field}\` to be an integer from ${range}, got \`${value}\``);
