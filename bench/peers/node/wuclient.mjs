// The weather client as zeromq.js' own guide has it
import { Subscriber } from "zeromq";

const [endpoint, filter, updates] = process.argv.slice(2);
const subscriber = new Subscriber();
subscriber.connect(endpoint);
subscriber.subscribe(filter);
let count = 0;
let total = 0;
for await (const [message] of subscriber) {
  const [, temperature] = message.toString().split(" ");
  total += Number(temperature);
  if ((count += 1) === Number(updates)) break;
}
console.log(`Average temperature for zipcode '${filter}' was ${Math.trunc(total / count)}F`);
subscriber.close();
