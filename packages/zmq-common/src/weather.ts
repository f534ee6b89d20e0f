/** The wire format of weather updates: `"%05d %d %d"`, zip code, temperature and relative humidity. */
import { frameText } from "./zhelpers.js";

export interface WeatherUpdate {
  /** 0 to 99999; five digits on the wire, so that a subscription to a zip code is a prefix. */
  zipcode: number;
  /** Degrees Fahrenheit, -80 to 134. */
  temperature: number;
  /** Relative humidity in per cent, 10 to 59. */
  humidity: number;
}

/** @throws {RangeError} When a field is not an integer in its range. */
export function formatWeather({ zipcode, temperature, humidity }: WeatherUpdate): string {
  if (!inRange(zipcode, 0, 99_999)) throw outOfRange("zipcode", zipcode, "0 to 99999");
  if (!inRange(temperature, -80, 134)) throw outOfRange("temperature", temperature, "-80 to 134");
  if (!inRange(humidity, 10, 59)) throw outOfRange("humidity", humidity, "10 to 59");
  return `${String(zipcode).padStart(5, "0")} ${temperature} ${humidity}`;
}

/**
 * Reads a weather update as any of the Guide's publishers sends it: the text may end in a NUL with anything
 * behind it (C++ sends 20 bytes of which it writes the first few), and the zip code may lack its leading
 * zeros. Temperature and humidity may be any number of up to three digits.
 *
 * @returns Nothing for a message that is no weather update. Never throws.
 */
export function parseWeather(message: readonly Buffer[]): WeatherUpdate | undefined {
  const [frame, ...more] = message;
  if (frame === undefined || more.length > 0) return undefined;
  const fields = /^(\d{1,5}) (-?\d{1,3}) (\d{1,3})$/.exec(frameText(frame.subarray(0, LONGEST)));
  if (fields === null) return undefined;
  return { zipcode: Number(fields[1]), temperature: Number(fields[2]), humidity: Number(fields[3]) };
}

/** An update and the NUL behind it fit well into this; a hostile frame of megabytes need not be decoded. */
const LONGEST = 32;

const inRange = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

const outOfRange = (field: string, value: number, range: string) =>
  new RangeError(`Expected \`${field}\` to be an integer from ${range}, got \`${value}\``);
