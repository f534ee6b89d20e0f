// The weather server as zeromq.js' own guide has it: each send is awaited
import { setTimeout } from "node:timers/promises";
import { Publisher } from "zeromq";

const [endpoint, rate] = process.argv.slice(2);
const publisher = new Publisher();
await publisher.bind(endpoint);
const within = (n) => Math.floor(Math.random() * n);
for (;;) {
  const zipcode = String(within(100_000)).padStart(5, "0");
  await publisher.send(`${zipcode} ${within(215) - 80} ${within(50) + 10}`);
  if (Number(rate) > 0) await setTimeout(1000 / Number(rate));
}
