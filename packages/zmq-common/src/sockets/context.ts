import type { Logger } from "./logger.js";

/** The socket options that make a connection encrypted and authenticated (CURVE). */
export interface SocketKeys {
  /** Options of the side that binds (`ZMQ_CURVE_SERVER`). */
  server(): { curveServer: boolean; curvePublicKey: string; curveSecretKey: string };
  /**
   * Options of the side that connects (`ZMQ_CURVE_SERVERKEY`).
   *
   * @param server The name of the server's certificate.
   */
  client(server: string): { curveServerKey: string; curvePublicKey: string; curveSecretKey: string };
}

/** What a socket needs to be safe on a network; part of every role's context. */
export interface SocketContext {
  /** The role's keys. Without any, nothing is encrypted and everyone is admitted. */
  keys?: SocketKeys | undefined;
  log: Logger;
  /** Ends the role with an error that no retry can repair. */
  onFatalError: (error: Error) => void;
}
