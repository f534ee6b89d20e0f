// Publishes numbered messages from a process of its own, whose memory can then be measured
// Binds PUB socket to a port of the system's choice, and prints the endpoint
// Prints by how many bytes its memory has grown with the batch
//
// node --import tsx numbered-publisher.ts <high-water mark> <messages>
import { once } from "node:events";
import { Publisher } from "zeromq";
import { repeatUntil } from "./repeat.js";

const [sendHighWaterMark = 0, messages = 0] = process.argv.slice(2).map(Number);

// Small buffers in the kernel, which would hold megabytes besides what the socket holds
const publisher = new Publisher({ sendHighWaterMark, sendBufferSize: 64 * 1024, linger: 0 });
await publisher.bind("tcp://127.0.0.1:*");
console.log(publisher.lastEndpoint);

const told = () => once(process.stdin, "data");

await repeatUntil(told(), () => publisher.send("join"));
const before = process.memoryUsage.rss();
for (let n = 0; n < messages; n++) {
  // Up to 128 bytes are copied: what is queued costs at least these
  await publisher.send(String(n).padEnd(128));
}
console.log(`grown by ${process.memoryUsage.rss() - before} bytes`);

// The end is not lost, however full the queue is
await repeatUntil(told(), () => publisher.send("end"));
publisher.close();
process.stdin.destroy();
