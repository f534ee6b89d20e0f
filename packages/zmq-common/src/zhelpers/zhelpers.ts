/**
 * A port of the ZeroMQ Guide's `zhelpers.h` and `zhelpers.hpp`: the little functions that keep its examples
 * short. Each names its original and says where it differs.
 */
import { format } from "node:util";
import { type Readable, version, type Writable } from "zeromq";
import { frameText } from "../sockets/frames.js";
import { receive } from "../sockets/messages.js";
import { observerOf } from "../sockets/observer.js";
import { startedByNohup } from "./nohup.js";

/** Any socket that receives messages. */
export type ReadableSocket = Readable & { readonly closed: boolean; close(): void };

/** Any socket that sends a message without naming its receiver. */
export type WritableSocket = Pick<Writable, "send" | "sendTimeout"> & { readonly closed: boolean };

/** Frames given to {@link sSendMore}, waiting for the {@link sSend} that completes their message. */
const heldFrames = new WeakMap<WritableSocket, string[]>();

/**
 * Receives a message and returns its first frame as text (`s_recv`).
 *
 * The text is cut at the first NUL, as the C string of the original is: so the NUL-padded frames of C++ and
 * Scala peers read right. There is no 255-byte limit. The original leaves the further frames for the next
 * call; zeromq.js hands over whole messages, so they are dropped here.
 *
 * @param signal Ends the wait; the socket is then closed: a pending receive cannot be withdrawn.
 * @throws The signal's reason once it is aborted.
 */
export async function sRecv(socket: ReadableSocket, signal?: AbortSignal): Promise<string> {
  const [frame] = await receive(socket, { signal });
  return frame === undefined ? "" : frameText(frame);
}

/**
 * Sends text as one frame (`s_send`), together with the frames that {@link sSendMore} holds for the socket.
 *
 * @returns A promise that resolves once the message is queued. Await it: a socket sends one message at a time.
 * @throws What the socket's `send` does. The held frames are kept: sending again sends the whole message.
 */
export async function sSend(socket: WritableSocket, text: string): Promise<void> {
  const held = heldFrames.get(socket);
  heldFrames.delete(socket);
  const message = held === undefined ? text : [...held, text];
  for (;;) {
    try {
      await socket.send(message);
      observerOf(socket)?.sent();
      return;
    } catch (error) {
      // A peer that goes away causes a spurious wake-up, and zeromq.js gives up with EAGAIN: go on waiting
      const timedOut = socket.closed || socket.sendTimeout !== -1;
      if (!timedOut && (error as NodeJS.ErrnoException).code === "EAGAIN") continue;
      if (held !== undefined) heldFrames.set(socket, held);
      throw error;
    }
  }
}

/**
 * Adds a frame to the message that the next {@link sSend} completes (`s_sendmore`).
 *
 * The original hands the frame to libzmq at once with `ZMQ_SNDMORE`; zeromq.js sends a message's frames
 * together, so the frame is held here until then.
 */
export function sSendMore(socket: WritableSocket, text: string): void {
  const held = heldFrames.get(socket);
  if (held === undefined) heldFrames.set(socket, [text]);
  else held.push(text);
}

/**
 * Receives a message and prints it (`s_dump`): 40 dashes, then a line per frame of its length in bytes
 * (decimal, three digits at least) and its text, or upper-case hex if any byte of it is not printable ASCII.
 */
export async function sDump(
  socket: ReadableSocket,
  print: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<void> {
  const frames = await receive(socket);
  print(`${"-".repeat(40)}\n`);
  for (const frame of frames) {
    const printable = frame.every((byte) => byte >= 0x20 && byte <= 0x7e);
    const text = printable ? frame.toString("latin1") : frame.toString("hex").toUpperCase();
    print(`[${String(frame.length).padStart(3, "0")}] ${text}\n`);
  }
}

/**
 * Gives the socket a random printable identity such as `0AF3-94C1` (`s_set_id`, `ZMQ_ROUTING_ID`), and
 * returns it. Set it before connecting.
 */
export function sSetId(socket: { routingId: string | null }): string {
  const half = () => within(0x10000).toString(16).toUpperCase().padStart(4, "0");
  const identity = `${half()}-${half()}`;
  socket.routingId = identity;
  return identity;
}

/** Used for timed waits only; never notified. */
const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Sleeps for a number of milliseconds (`s_sleep`), about as exactly as the original does.
 *
 * A timer of Node is up to a millisecond late, which adds up over a batch of tasks. So the timer is set for a
 * millisecond less, and what is left of that is slept in the thread itself; it does nothing else meanwhile.
 *
 * @param signal Cuts the sleep short: it then resolves early, it does not throw.
 */
export async function sSleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (milliseconds === 0 || signal?.aborted) return;
  const end = performance.now() + milliseconds;
  await new Promise<void>((resolve) => {
    if (milliseconds < 2) {
      // No timer is as short; the event loop turns all the same
      setImmediate(resolve);
      return;
    }
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds - 1);
    signal?.addEventListener("abort", wake);
  });
  const left = end - performance.now();
  if (left > 0 && !signal?.aborted) Atomics.wait(never, 0, 0, left);
}

/**
 * A clock in whole milliseconds (`s_clock`), for measuring spans of time. The original reads the time of day;
 * this one is monotonic, so a span is right even while the time of day is being set.
 */
export function sClock(): number {
  return Math.trunc(performance.now());
}

/** Prints local time and a message, formatted as by `console.log`, on stdout (`s_console`). */
export function sConsole(message: string, ...args: unknown[]): void {
  const now = new Date();
  const two = (number: number) => String(number % 100).padStart(2, "0");
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map(two).join("-");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":");
  process.stdout.write(`${date} ${time} ${format(message, ...args)}\n`);
}

/** Prints the version of libzmq (`s_version`), and returns it. */
export function sVersion(): string {
  process.stdout.write(`Current 0MQ version is ${version}\n`);
  return version;
}

/** libzmq is older than a program needs. */
export class VersionError extends Error {
  override name = "VersionError";
}

/**
 * Makes sure that libzmq is at least `major.minor` (`s_version_assert`).
 *
 * @throws {VersionError} The original prints this and exits.
 */
export function sVersionAssert(major: number, minor: number): void {
  const [haveMajor = 0, haveMinor = 0] = version.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  throw new VersionError(
    `Current 0MQ version is ${version}; the application needs at least ${major}.${minor} and cannot continue`,
  );
}

/**
 * An AbortSignal that SIGINT, SIGTERM or SIGHUP aborts (`s_catch_signals`; `s_interrupted` is its `aborted`). From the
 * call on none of them ends the process by itself. The original leaves SIGHUP alone, which comes when the terminal is
 * closed; so does this where `nohup` has started the process: the signal is then ignored.
 */
export function sCatchSignals(): AbortSignal {
  const controller = new AbortController();
  const catchSignal = (name: NodeJS.Signals) =>
    process.on(name, () => controller.abort(new DOMException(`stopped by ${name}`, "AbortError")));
  catchSignal("SIGINT");
  catchSignal("SIGTERM");
  if (startedByNohup()) process.on("SIGHUP", () => {});
  else catchSignal("SIGHUP");
  return controller.signal;
}

/**
 * A random integer from 0 to `n - 1` (`randof`, `within`), every one as likely. The original reaches `n` when
 * the generator returns its maximum; this one never does.
 *
 * @param random A source of numbers in [0, 1), such as {@link seededRandom}.
 * @throws {RangeError} Unless `n` is an integer from 1 to 2^32.
 */
export function within(n: number, random: () => number = Math.random): number {
  if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
    throw new RangeError(`Expected \`n\` to be an integer from 1 to 2^32, got \`${n}\``);
  }
  return Math.floor(random() * n);
}
