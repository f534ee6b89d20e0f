export { formatTask, isStartOfBatch, parseTask, RESULT, START_OF_BATCH } from "./formats/tasks.js";
export { MalformedMessages } from "./formats/malformed.js";
export { formatWeather, formatZipcode, parseWeather, type WeatherUpdate } from "./formats/weather.js";
export { receiveStartOfBatch, resultsOfBatch } from "./formats/batch.js";
export type { Metric, Sample } from "./metrics/metric.js";
export { bursts, type BurstOptions } from "./patterns/bursts.js";
export {
  LazyPirate,
  type LazyPirateContext,
  type LazyPirateOptions,
  NoReplyError,
} from "./patterns/lazy-pirate.js";
export { matches, Subscriptions } from "./patterns/subscriptions.js";
export {
  type Certificate,
  CertificateError,
  formatCertificate,
  parseCertificate,
} from "./security/certificates.js";
export { CurveKeys } from "./security/curve-keys.js";
export { checkKeyName, makeKeys, type MakeKeysOptions, makeMissingKeys } from "./security/make-keys.js";
export { startZapHandler } from "./security/zap.js";
export {
  address,
  choice,
  endpoint,
  endpoints,
  flag,
  integer,
  type IntegerDetails,
  milliseconds,
  type OptionSpec,
  type OptionSpecs,
  type OptionValues,
  parseAddress,
  path,
  positionals,
  remoteEndpoint,
  remoteEndpoints,
  text,
  texts,
} from "./service/options.js";
export { type Print, printable } from "./service/print.js";
export { type RoleContext, runRole } from "./service/run.js";
export { pressEnter } from "./service/terminal.js";
export { closeOnAbort } from "./sockets/closing.js";
export { bindEndpoints, connectAndWait, connectEndpoints } from "./sockets/connecting.js";
export { RefusedError } from "./sockets/connection-log.js";
export type { Lookups } from "./sockets/connections/replicas.js";
export type { Address } from "./sockets/hosts.js";
export type { SocketContext, SocketKeys } from "./sockets/context.js";
export { checkEndpoint, EndpointError } from "./sockets/endpoints.js";
export { frameText } from "./sockets/frames.js";
export type { Logger, LogMethod } from "./sockets/logger.js";
export { messages, receive, type ReceiveOptions, ReceiveTimeoutError } from "./sockets/messages.js";
export { monitor, type SocketEvents } from "./sockets/monitor.js";
export { PeerMonitor } from "./sockets/peers.js";
export { type Observer, observer, observerOf, type SocketObserver } from "./sockets/observer.js";
export type { Shown } from "./telemetry/telemetry.js";
export {
  LABELS,
  type LogLevel,
  type LogMessage,
  type NodeMessage,
  parseTelemetry,
  type SocketInfo,
  type Span,
  type SpanMessage,
  type TelemetryMessage,
  type TickMessage,
} from "./telemetry/wire.js";
export { seededRandom } from "./zhelpers/random.js";
export * from "./zhelpers/zhelpers.js";
