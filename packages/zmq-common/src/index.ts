export {
  type Certificate,
  formatCertificate,
  KeyError,
  Keys,
  makeKeys,
  parseCertificate,
} from "./certificates.js";
export { closeOnAbort } from "./closing.js";
export { bindAll, checkEndpoint, connectAll, EndpointError, type Guard, RefusedError } from "./endpoints.js";
export { eventsOf, type SocketEvents } from "./events.js";
export { LazyPirate, type LazyPirateOptions, NoReplyError } from "./lazy-pirate.js";
export type { Logger } from "./log.js";
export { Malformed } from "./malformed.js";
export { messages, QuietError, receive, type ReceiveOptions } from "./messages.js";
export {
  choice,
  endpoint,
  endpoints,
  integer,
  milliseconds,
  type OptionSpec,
  type OptionSpecs,
  type OptionValues,
  path,
  text,
  texts,
  words,
} from "./options.js";
export { type Pace, paced } from "./pace.js";
export { Peers } from "./peers.js";
export { type Print, printable } from "./print.js";
export { seededRandom } from "./random.js";
export { type RoleContext, runRole } from "./run.js";
export { matches, Subscriptions } from "./subscriptions.js";
export { formatTask, parseTask, RESULT, START_OF_BATCH } from "./tasks.js";
export { formatWeather, formatZipcode, parseWeather, type WeatherUpdate } from "./weather.js";
export { pressEnter } from "./terminal.js";
export { startZapHandler } from "./zap.js";
export * from "./zhelpers.js";
