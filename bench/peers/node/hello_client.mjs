// A plain loop on a REQ socket that prints what the chapter's client prints
import { Request } from "zeromq";

const [endpoint, requests] = process.argv.slice(2);
process.stdout.write("Connecting to hello world server...\n");
const requester = new Request();
requester.connect(endpoint);
for (let n = 0; n < Number(requests); n++) {
  process.stdout.write(`Sending Hello ${n}...\n`);
  await requester.send("Hello");
  const [reply] = await requester.receive();
  process.stdout.write(`Received ${reply.toString()} ${n}\n`);
}
requester.close();
