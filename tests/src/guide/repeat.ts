import { setTimeout } from "node:timers/promises";

/** Does something again and again, about every millisecond, until the promise is settled. */
export async function repeatUntil(end: Promise<unknown>, action: () => Promise<void>): Promise<void> {
  const again = Symbol("again");
  do {
    await action();
  } while ((await Promise.race([end, setTimeout(1, again)])) === again);
}
