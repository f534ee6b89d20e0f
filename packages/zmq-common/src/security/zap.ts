import { Reply } from "zeromq";
import type { CurveKeys } from "./certificates.js";
import { isPowerOfTen, type Logger } from "../sockets/logger.js";
import { z85Encode } from "./z85.js";

/**
 * Starts the ZAP handler of this process: every connection to a socket bound by `bindEndpoints` is presented to it
 * (RFC 27, https://rfc.zeromq.org/spec/27/). There is one a process, and it must be up before the first bind.
 *
 * With keys it admits the clients that prove an authorized key (CURVE). Without, it admits everyone; its being
 * there then still keeps out whoever does not speak ZMTP 3.
 *
 * @param log Told of clients that are refused: of the 1st, 10th, 100th, ….
 */
export function startZapHandler(keys?: CurveKeys, log?: Logger): Disposable {
  const handler = new Reply();
  try {
    handler.bindSync("inproc://zeromq.zap.01");
  } catch (error) {
    handler.close();
    throw error;
  }
  const answering = answer(handler, keys, log);
  return {
    [Symbol.dispose]() {
      handler.close();
      void answering;
    },
  };
}

async function answer(handler: Reply, keys: CurveKeys | undefined, log: Logger | undefined): Promise<void> {
  let refused = 0;
  try {
    for await (const [version = "1.0", requestId = "", , address, , mechanism, key] of handler) {
      const admitted = keys === undefined || isAuthorized(keys, String(mechanism), key);
      if (!admitted && isPowerOfTen((refused += 1))) {
        const client = { address: String(address), refused };
        log?.warn(client, `refused ${client.address}: its key is not in ${keys?.authorizedDir}`);
      }
      // No user id: with one, every heartbeat of a peer wakes up whoever receives, and hands over nothing
      const status = admitted ? ["200", "OK"] : ["400", "key not authorized"];
      await handler.send([version, requestId, ...status, "", ""]);
    }
  } catch (error) {
    if (!handler.closed) throw error;
  }
}

function isAuthorized(keys: CurveKeys, mechanism: string, key: Buffer | undefined): boolean {
  return mechanism === "CURVE" && key?.length === 32 && keys.authorized(z85Encode(key)) !== undefined;
}
