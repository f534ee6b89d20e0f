// A plain sink: a loop on a PULL socket that takes the time from the start of the batch on
import { Pull } from "zeromq";

const [endpoint, tasks] = process.argv.slice(2);
const receiver = new Pull();
await receiver.bind(endpoint);
await receiver.receive();
const start = performance.now();
for (let result = 0; result < Number(tasks); result++) {
  await receiver.receive();
  process.stdout.write(result % 10 === 0 ? ":" : ".");
}
process.stdout.write(`\nTotal elapsed time: ${Math.round(performance.now() - start)} msec\n`);
receiver.close();
