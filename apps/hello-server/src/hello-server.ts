// Hello World server
// Binds REP socket to tcp://*:5555
// Expects "Hello" from client, replies with "World"
import { Reply } from "zeromq";
import { bindEndpoints, messages, printable, type RoleContext, sSend, sSleep } from "zmq-common";

export interface HelloServerOptions {
  bind: string[];
  /** How long the work on a request takes, in milliseconds. */
  work: number;
  /** The reply to every request. */
  reply: string;
}

export async function helloServer({ bind, work, reply }: HelloServerOptions, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to talk to clients
  using responder = new Reply();
  const endpoints = await bindEndpoints(responder, bind, context);
  log.info(`waiting for requests on ${endpoints.join(", ")}`);

  // REP is in lockstep: receive, then send, strictly in turn
  for await (const [request] of messages(responder, { signal })) {
    print(`Received ${printable(request)}\n`);
    // Do some 'work'; a signal cuts it short, and the client still gets its reply
    await sSleep(work, signal);
    await sSend(responder, reply);
  }
}
