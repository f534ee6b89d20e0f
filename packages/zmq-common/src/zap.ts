import { Reply } from "zeromq";

/**
 * Starts the ZAP handler of this process: every connection to a socket bound by `bindAll` is presented to it
 * (RFC 27, https://rfc.zeromq.org/spec/27/). It admits everyone; its being there is what keeps out whoever
 * does not speak ZMTP 3. There is one a process, and it must be up before the first bind.
 */
export async function startZapHandler(): Promise<Disposable> {
  const handler = new Reply();
  await handler.bind("inproc://zeromq.zap.01");
  const answering = answer(handler);
  return {
    [Symbol.dispose]() {
      handler.close();
      void answering;
    },
  };
}

async function answer(handler: Reply): Promise<void> {
  try {
    for await (const [version = "1.0", requestId = ""] of handler) {
      await handler.send([version, requestId, "200", "OK", "", ""]);
    }
  } catch (error) {
    if (!handler.closed) throw error;
  }
}
