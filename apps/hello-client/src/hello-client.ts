// Hello World client
// Connects REQ socket to tcp://localhost:5555
// Sends "Hello" to server, expects "World" back
import { LazyPirate, printable, type RoleContext } from "zmq-common";

export interface HelloClientOptions {
  connect: string[];
  /** How many requests to send. */
  requests: number;
  /** What to send. */
  message: string;
  /** How long to wait for a reply before trying again, in milliseconds. */
  timeout: number;
  /** How many tries a request has in all. Default: any number. */
  retries?: number | undefined;
}

export async function helloClient(
  { connect, requests, message, timeout, retries }: HelloClientOptions,
  context: RoleContext,
) {
  const { print } = context;

  // Socket to talk to server. When a reply is lost, a REQ socket waits forever; LazyPirate then opens a new one and
  // sends the request again
  print("Connecting to hello world server...\n");
  using requester = new LazyPirate({ timeout, retries }, context);
  requester.connect(connect, "hello-server");

  // REQ is in lockstep: send, then receive, strictly in turn
  for (let n = 0; n < requests; n++) {
    print(`Sending ${message} ${n}...\n`);
    await requester.send(message);
    const [reply] = await requester.receive();
    print(`Received ${printable(reply)} ${n}\n`);
  }
}
