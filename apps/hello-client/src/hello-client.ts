// Hello World client
// Connects REQ socket to tcp://localhost:5555
// Sends "Hello" to server, expects "World" back
import { LazyPirate, printable, type RoleContext } from "zmq-common";

export interface HelloClientOptions extends RoleContext {
  /** Endpoints of the servers. */
  connect: string[];
  /** How many requests to send. */
  requests: number;
  /** What to send. */
  message: string;
  /** How long to wait for a reply before trying again, in milliseconds. */
  timeout: number;
  /** How many times to try a request before giving up; none given: for ever. */
  retries?: number | undefined;
}

export async function helloClient({ requests, message, print, ...options }: HelloClientOptions) {
  print("Connecting to hello world server...\n");
  // A REQ socket is in lockstep: send, then receive, strictly in turn. Should the reply never come, it would
  // wait for ever; the Lazy Pirate then takes a fresh one and sends the request again
  using requester = new LazyPirate({ ...options, server: "hello-server" });

  for (let n = 0; n < requests; n++) {
    print(`Sending ${message} ${n}...\n`);
    const [reply] = await requester.request(message);
    print(`Received ${printable(reply)} ${n}\n`);
  }
}
