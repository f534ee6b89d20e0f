// Sends messages of argv[4] bytes without end, through a PUB or PUSH socket (argv[2]) bound to argv[3]
import { Publisher, Push } from "zeromq";

const [type, endpoint, bytes] = process.argv.slice(2);
const socket = type === "PUB" ? new Publisher() : new Push();
await socket.bind(endpoint);
const message = Buffer.alloc(Number(bytes), "x");
for (let n = 1; ; n++) {
  await socket.send(message);
  // For PUB never waits, and the event loop must turn for the process to be ended in good order
  if (n % 1000 === 0) await new Promise(setImmediate);
}
