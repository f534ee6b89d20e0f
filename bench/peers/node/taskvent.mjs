// A plain ventilator: a loop on a PUSH socket, and another one that tells the sink
import { Push } from "zeromq";

const [endpoint, sinkEndpoint, tasks] = process.argv.slice(2);
const sender = new Push();
await sender.bind(endpoint);
const sink = new Push();
sink.connect(sinkEndpoint);
await sink.send("0");
for (let task = 0; task < Number(tasks); task++) {
  await sender.send(String(Math.floor(Math.random() * 100) + 1));
}
