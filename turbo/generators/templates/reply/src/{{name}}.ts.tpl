// {{title}}
// Binds REP socket to {{binds}}
// Expects a request from a client, sends a reply back
import { Reply } from "zeromq";
import { bindEndpoints, messages, printable, type RoleContext, sSend } from "zmq-common";

export interface {{Id}}Options {
  bind: string[];
  /** The reply to every request. */
  reply: string;
}

export async function {{id}}({ bind, reply }: {{Id}}Options, context: RoleContext) {
  const { signal, print, log } = context;

  // Socket to talk to clients
  using responder = new Reply();
  const endpoints = await bindEndpoints(responder, bind, context);
  log.info(`waiting for requests on ${endpoints.join(", ")}`);

  // REP is in lockstep: receive, then send, strictly in turn
  for await (const [request] of messages(responder, { signal })) {
    print(`Received ${printable(request)}\n`);
    // Do your work here, between the request and its reply
    await sSend(responder, reply);
  }
}
