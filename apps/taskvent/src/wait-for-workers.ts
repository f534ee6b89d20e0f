import { type PeerMonitor, pressEnter, type RoleContext } from "zmq-common";

/**
 * Waits until the workers are ready: until `wanted` of them are connected or, without a number, until Enter is
 * pressed. Where input is not a terminal nobody can press it, and one worker is enough.
 *
 * @param endpoints Where the workers connect, for the log.
 * @returns True when they are ready; false if the input ended first, and nobody will press Enter.
 * @throws The signal's reason once it is aborted.
 */
export async function waitForWorkers(
  workers: PeerMonitor,
  endpoints: readonly string[],
  wanted: number | undefined,
  context: RoleContext,
): Promise<boolean> {
  const { print, log, signal } = context;
  const number = wanted ?? (context.input.isTTY ? undefined : 1);
  log.info(`workers wanted: ${number ?? "any number"}, on ${endpoints.join(", ")}`);
  if (number === undefined) {
    print("Press Enter when the workers are ready: ");
    return pressEnter(context.input, signal);
  }
  await workers.waitFor(number, signal);
  return true;
}
