// A plain worker: a loop on a PULL socket that sleeps, and sends on a PUSH socket
import { setTimeout } from "node:timers/promises";
import { Pull, Push } from "zeromq";

const [vent, sink] = process.argv.slice(2);
const receiver = new Pull();
receiver.connect(vent);
const sender = new Push();
sender.connect(sink);
for await (const [task] of receiver) {
  process.stdout.write(`${task.toString()}.`);
  const workload = Number(task.toString());
  if (workload > 0) await setTimeout(workload);
  await sender.send("");
}
