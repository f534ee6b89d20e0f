// Publishes weather updates at argv[2] as fast as it can, and once there is a subscriber counts for argv[3] ms how
// many it sends: awaiting each, or in bursts as wuserver does (argv[4]: "zeromq.js" or "ours")
import { XPublisher } from "zeromq";
import { bursts, formatWeather, seededRandom, within } from "zmq-common";

const [endpoint, duration, way] = process.argv.slice(2);
const publisher = new XPublisher(way === "ours" ? { sendTimeout: 0 } : {});
await publisher.bind(endpoint);
await publisher.receive();

const start = performance.now();
const isOver = () => performance.now() - start >= Number(duration);
let count = 0;

if (way === "ours") {
  const random = seededRandom();
  for await (const due of bursts({ rate: 0, signal: new AbortController().signal })) {
    const sending = [];
    for (let n = 0; n < due; n++) {
      const zipcode = within(100_000, random);
      const temperature = within(215, random) - 80;
      const humidity = within(50, random) + 10;
      sending.push(publisher.send(formatWeather({ zipcode, temperature, humidity })));
    }
    await Promise.all(sending);
    count += due;
    if (isOver()) break;
  }
} else {
  const draw = (n) => Math.floor(Math.random() * n);
  while (count % 1000 !== 0 || !isOver()) {
    count += 1;
    const zipcode = String(draw(100_000)).padStart(5, "0");
    await publisher.send(`${zipcode} ${draw(215) - 80} ${draw(50) + 10}`);
  }
}
console.log(`${count} ${Math.round(performance.now() - start)}`);
process.exit();
