import type { CurveKeys } from "../security/curve-keys.js";
import { startZapHandler } from "../security/zap.js";
import type { Logger } from "../sockets/logger.js";

/** A ZAP handler, once that of the test before is gone: libzmq takes a socket down after it has been closed. */
export async function zapHandler(keys?: CurveKeys, log?: Logger): Promise<Disposable> {
  for (;;) {
    try {
      return startZapHandler(keys, log);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      await new Promise(setImmediate);
    }
  }
}
