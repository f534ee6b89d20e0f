/** The sink's side of a batch: which message starts it, and which results are its own. */
import { setTimeout as sleep } from "node:timers/promises";
import { isStartOfBatch } from "./tasks.js";
import { isPowerOfTen, type Logger } from "../sockets/logger.js";
import { messages, type ReceiveOptions, type Source } from "../sockets/messages.js";

/**
 * By how long a result may overtake the start of its batch, in milliseconds. A ventilator in C connects to the sink as
 * it starts: a short task is done before that connection is made.
 */
const OVERTAKING = 1000;

/** How long a batch has to stand still before results that may be its own are counted, in milliseconds. */
const STANDSTILL = 1000;

interface BatchContext {
  signal: AbortSignal;
  log: Logger;
}

/**
 * Waits for the start of a batch. A result does not start it: workers may still have some of a batch that was given
 * up. The 1st, 10th, 100th, … of them is logged.
 *
 * @param socket The sink's; it is closed when the signal is aborted.
 * @param tasks How many results make the batch.
 * @returns How many results came so shortly before the start that they may have overtaken it: for {@link resultsOfBatch}.
 * @throws The signal's reason once it is aborted.
 */
export async function receiveStartOfBatch(
  socket: Source,
  tasks: number,
  { signal, log }: BatchContext,
): Promise<number> {
  // The last ones, as a ring: more than the whole batch cannot have overtaken its start
  const times: number[] = [];
  let count = 0;
  for await (const message of messages(socket, { signal, burst: true })) {
    if (isStartOfBatch(message)) break;
    times[count % tasks] = performance.now();
    count += 1;
    if (isPowerOfTen(count))
      log.warn({ count }, "a result came before the start of the batch: it starts none");
  }
  if (count > 1) log.warn({ count }, "results that came before the start of the batch, in all");
  const now = performance.now();
  return times.filter((time) => now - time < OVERTAKING).length;
}

/**
 * The results of a batch that has started, until the loop is left. Those that came just before its start count only
 * where it falls short by them: if none has come for a second, they are taken for its own.
 *
 * @param overtaking What {@link receiveStartOfBatch} returned.
 * @throws What `messages` throws.
 */
export function resultsOfBatch(
  socket: Source,
  tasks: number,
  overtaking: number,
  { log, ...options }: ReceiveOptions & { log: Logger },
): AsyncIterable<Buffer[]> {
  const arriving = messages(socket, options);
  return overtaking === 0 ? arriving : withOvertaking(arriving, tasks, overtaking, log);
}

async function* withOvertaking(
  arriving: AsyncIterableIterator<Buffer[]>,
  tasks: number,
  overtaking: number,
  log: Logger,
): AsyncGenerator<Buffer[]> {
  try {
    for (let missing = tasks; ; missing--) {
      const next = arriving.next();
      if (missing > overtaking) yield (await next).value;
      else {
        const result = await Promise.race([next, sleep(STANDSTILL, undefined, { ref: false })]);
        if (result !== undefined) yield result.value;
        else {
          // Nobody asks for it any more; it fails when the socket is closed
          next.catch(() => {});
          log.warn(
            { count: missing },
            "the batch stood still: counted results that came just before its start",
          );
          for (; missing > 0; missing--) yield [];
          return;
        }
      }
    }
  } finally {
    await arriving.return?.();
  }
}
