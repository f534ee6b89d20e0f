// A plain loop on a REP socket that prints what the chapter's server prints
import { Reply } from "zeromq";

const [endpoint] = process.argv.slice(2);
const responder = new Reply();
await responder.bind(endpoint);
for await (const [request] of responder) {
  process.stdout.write(`Received ${request.toString()}\n`);
  await responder.send("World");
}
