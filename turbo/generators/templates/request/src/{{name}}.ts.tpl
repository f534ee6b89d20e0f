// {{title}}
// Connects REQ socket to {{peers.connect.endpoint}}
// Sends requests to {{peers.connect.app}}, expects a reply to each
import { LazyPirate, printable, type RoleContext } from "zmq-common";

export interface {{Id}}Options {
  connect: string[];
  /** How many requests to send. */
  requests: number;
  /** What to send. */
  message: string;
  /** How long to wait for a reply before trying again, in milliseconds. */
  timeout: number;
}

export async function {{id}}({ connect, requests, message, timeout }: {{Id}}Options, context: RoleContext) {
  const { print } = context;

  // Socket to talk to server. A REQ socket whose reply is lost waits forever; the Lazy Pirate then takes a fresh
  // one, and sends the request again
  using requester = new LazyPirate({ timeout }, context);
  requester.connect(connect, "{{peers.connect.app}}");

  // REQ is in lockstep: send, then receive, strictly in turn
  for (let n = 0; n < requests; n++) {
    print(`Sending ${message} ${n}...\n`);
    await requester.send(message);
    const [answer] = await requester.receive();
    print(`Received ${printable(answer)} ${n}\n`);
  }
}
