import { Router } from "zeromq";
import type { CurveKeys } from "./curve-keys.js";
import { isPowerOfTen, type Logger } from "../sockets/logger.js";
import { z85Encode } from "./z85.js";

/**
 * Starts the ZAP handler of this process: every connection to a socket bound by `bindEndpoints` is presented to it
 * (RFC 27, https://rfc.zeromq.org/spec/27/). There is one a process, and it must be up before the first bind.
 *
 * With keys it admits the clients that prove an authorized key (CURVE). Without, it admits everyone who speaks ZMTP 3:
 * a handler that is there keeps the others out.
 *
 * @param log Told of clients that are refused: of the 1st, 10th, 100th, ….
 */
export function startZapHandler(keys?: CurveKeys, log?: Logger): Disposable {
  const handler = new Router();
  try {
    handler.bindSync("inproc://zeromq.zap.01");
  } catch (error) {
    handler.close();
    throw error;
  }
  void answer(handler, keys, log);
  return {
    [Symbol.dispose]: () => handler.close(),
  };
}

async function answer(handler: Router, keys: CurveKeys | undefined, log: Logger | undefined): Promise<void> {
  let refused = 0;
  let sent = Promise.resolve();
  const respond = async (request: Buffer[]) => {
    const [session = "", delimiter = "", version = "1.0", requestId = "", , address, , mechanism, key] =
      request;
    const admitted = keys === undefined || (await isAuthorized(keys, String(mechanism), key));
    if (!admitted && isPowerOfTen((refused += 1))) {
      const client = { address: String(address), refused };
      log?.warn(client, `refused ${client.address}: its key is not in ${keys.authorizedDir}`);
    }
    // No user id: with one, every heartbeat of a peer wakes up the receiver, with nothing to receive
    const status = admitted ? ["200", "OK"] : ["400", "key not authorized"];
    // A socket sends one message at a time
    await (sent = sent.then(() => handler.send([session, delimiter, version, requestId, ...status, "", ""])));
  };
  const ignoreOnceClosed = (error: unknown) => {
    if (!handler.closed) throw error;
  };
  try {
    // In parallel, so that known keys do not wait while an unknown one is looked up
    for await (const request of handler) void respond(request).catch(ignoreOnceClosed);
  } catch (error) {
    ignoreOnceClosed(error);
  }
}

async function isAuthorized(keys: CurveKeys, mechanism: string, key: Buffer | undefined): Promise<boolean> {
  return mechanism === "CURVE" && key?.length === 32 && (await keys.authorized(z85Encode(key))) !== undefined;
}
