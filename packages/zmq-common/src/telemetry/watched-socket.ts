import type { Socket } from "zeromq";
import type { SocketObserver } from "../sockets/observer.js";
import { PeerMonitor } from "../sockets/peers.js";
import { MAX_LABEL, MAX_SPANS, type SocketInfo, type Span } from "./wire.js";

/** Milliseconds since 1970, with fractions, and steady. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** To a tenth of a millisecond. */
export const tenths = (milliseconds: number) => Math.round(milliseconds * 10) / 10;

/** What is told of one socket: counts always, spans while somebody looks. */
export class WatchedSocket implements SocketObserver {
  readonly info: SocketInfo;
  /** Whether spans are timed. */
  timing = true;
  /** Whether spans are labelled with the messages that they are about. */
  labels = true;
  socket: Socket;
  #peers: PeerMonitor;
  #received = 0;
  #sent = 0;
  #since = 0;
  #label = "";
  #spans: Span[] = [];
  #missed = 0;

  /** @param socket Not bound or connected yet. */
  constructor(socket: Socket, info: SocketInfo) {
    this.info = info;
    this.socket = socket;
    this.#peers = new PeerMonitor(socket);
  }

  /** The socket was closed, and this one takes its place. */
  replace(socket: Socket): void {
    this.socket = socket;
    this.#peers = new PeerMonitor(socket);
  }

  received(): void {
    this.#received += 1;
  }

  sent(): void {
    this.#sent += 1;
  }

  begin(message: string | Buffer | undefined): void {
    if (!this.timing) return;
    // Beyond that, counting is all there is time for
    if (this.#spans.length >= MAX_SPANS) {
      this.#missed += 1;
      return;
    }
    this.#since = now();
    this.#label = this.labels ? beginning(message) : "";
  }

  end(outcome?: string): void {
    if (this.#since === 0) return;
    const span: Span = [tenths(this.#since), tenths(now() - this.#since), this.#label];
    if (outcome !== undefined) span.push(outcome);
    this.#spans.push(span);
    this.#since = 0;
  }

  notSent(message: string | Buffer, milliseconds: number): void {
    this.begin(message);
    if (this.#since !== 0) this.#since -= milliseconds;
    this.end("not sent");
  }

  get counts(): [received: number, sent: number, peers: number] {
    return [this.#received, this.#sent, this.socket.closed ? 0 : this.#peers.count];
  }

  /** What it is at. */
  get doing(): [string, number, string][] {
    return this.#since === 0 ? [] : [[this.info.name, tenths(this.#since), this.#label]];
  }

  /** Whether so much happened that not all of it was timed. */
  get isFlooded(): boolean {
    return this.#missed > 0;
  }

  /** The spans since the last call. */
  take(): { spans: Span[]; missed: number } {
    const taken = { spans: this.#spans, missed: this.#missed };
    this.#spans = [];
    this.#missed = 0;
    return taken;
  }

  /** Forgets what nobody is there to see. */
  stopTiming(): void {
    this.timing = false;
    this.#since = 0;
    this.take();
  }
}

/** The beginning of a message as text, in printable characters. */
function beginning(message: string | Buffer | undefined): string {
  if (message === undefined) return "";
  const text =
    typeof message === "string" ? message.slice(0, MAX_LABEL) : message.toString("utf8", 0, MAX_LABEL);
  // Most are in ASCII, and need no table of all characters
  return /^[ -~]*$/.test(text) ? text : text.replaceAll(/\p{C}+/gu, "");
}
