import type { Keys } from "../certificates.js";
import type { Logger } from "../log.js";
import { startZapHandler } from "../zap.js";

/** A ZAP handler, once that of the test before is gone: libzmq takes a socket down after it has been closed. */
export async function zapHandler(keys?: Keys, log?: Logger): Promise<Disposable> {
  for (;;) {
    try {
      return await startZapHandler(keys, log);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      await new Promise(setImmediate);
    }
  }
}
