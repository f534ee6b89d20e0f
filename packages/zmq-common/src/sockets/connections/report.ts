import type { Socket } from "zeromq";
import type { SocketContext } from "../context.js";
import { isPowerOfTen } from "../logger.js";
import { type LoggedPeer, reportProblem } from "./logged-peer.js";
import type { Peer } from "./probe.js";
import { socketTypes } from "./socket-types.js";

/** Says in the log what becomes of the connection to a peer. */
export class ConnectionReport {
  readonly #peer: LoggedPeer;
  readonly #context: SocketContext | undefined;
  /** The name of the server's certificate. */
  readonly #server: string;
  readonly #types: ReturnType<typeof socketTypes>;
  /** Handshakes in a row that came to nothing. */
  #failed = 0;
  #violations = 0;

  constructor(peer: LoggedPeer, socket: Socket, context: SocketContext | undefined, server: string) {
    this.#peer = peer;
    this.#types = socketTypes(socket);
    this.#context = context;
    this.#server = server;
  }

  connected(): void {
    this.#failed = 0;
    const { label, said } = this.#peer;
    if (said === undefined) return;
    if (said.isLost === true) this.#log?.info(`connected to ${label} again`);
    else if (said.problem !== undefined) this.#log?.info(`connected to ${label}`);
    said.isLost = false;
    said.problem = undefined;
  }

  lost(): void {
    if (this.#peer.said !== undefined) this.#peer.said.isLost = true;
    this.#log?.info(`lost the connection to ${this.#peer.label}; trying to connect again`);
  }

  olderPeer(): void {
    this.#log?.info(`the peer at ${this.#peer.label} speaks an older protocol than ZMTP 3`);
  }

  /** Reports a problem once, until the peer is connected or there is another problem. */
  problem(problem: string): void {
    reportProblem(this.#peer, problem, this.#context);
  }

  /** Counts a handshake that came to nothing: of those in a row the 1st, 10th, 100th, … is reported. */
  isWorthReporting(): boolean {
    return isPowerOfTen((this.#failed += 1));
  }

  brokenOff(): void {
    const cause =
      this.#context?.keys === undefined
        ? ""
        : `; is its key the one we have for ${this.#server}? Is it a ${this.#types.peers.join(" or ")} socket?`;
    const count = this.#failed;
    this.#log?.warn({ count }, `handshake with ${this.#peer.label} broken off${cause}`);
  }

  /** A message that is not ZMTP, or longer than `ZMQ_MAXMSGSIZE`. */
  violation(): void {
    const count = (this.#violations += 1);
    if (!isPowerOfTen(count)) return;
    this.#log?.warn({ count }, `the peer at ${this.#peer.label} broke the protocol; connecting again`);
  }

  /**
   * Reports why there is no handshake with a peer.
   *
   * @param peer What answers there, if anything does.
   * @param isFinal Whether libzmq ended the connection for good. If not it was broken off, which is also what it says
   *   when a peer of an older protocol leaves, and when a peer of the wrong type is the first to notice.
   */
  noHandshake(peer: Peer | undefined, isFinal: boolean): void {
    const { own, peers } = this.#types;
    const { protocol, socketType } = peer ?? {};
    const who = `the peer at ${this.#peer.label}`;
    if (socketType !== undefined && !peers.includes(socketType)) {
      this.problem(`${who} is a ${socketType} socket, not what a ${own} socket talks to`);
    } else if (isFinal && protocol === "older") {
      this.problem(`${who} speaks an older protocol than ZMTP 3, without keys`);
    } else if (isFinal && protocol === "none") {
      this.problem(`what answers at ${this.#peer.label} does not speak ZeroMQ's protocol`);
    }
    // A peer that is about to leave may tell less of itself than it did before
    if (this.#peer.said?.problem !== undefined) return;
    if (isFinal && socketType === undefined) this.problem(`${who} is not what a ${own} socket talks to`);
    else if (!isFinal && protocol !== undefined && protocol !== "older") this.brokenOff();
  }

  get #log(): SocketContext["log"] | undefined {
    return this.#peer.said && this.#context?.log;
  }
}
