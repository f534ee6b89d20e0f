// Publishes weather updates at argv[2] as fast as it can, and once there is a subscriber counts for argv[3] ms how
// many it sends: awaiting each, or with zmq-common's means (argv[4]: "zeromq.js" or "ours")
import { XPublisher } from "zeromq";
import { formatWeather, paced, seededRandom, within } from "zmq-common";

const [endpoint, duration, way] = process.argv.slice(2);
const publisher = new XPublisher(way === "ours" ? { sendTimeout: 0 } : {});
await publisher.bind(endpoint);
await publisher.receive();

const start = performance.now();
let count = 0;
const ended = new AbortController();

if (way === "ours") {
  const random = seededRandom();
  const between = async () => {
    if (performance.now() - start >= Number(duration)) ended.abort();
  };
  await paced({ rate: 0, signal: ended.signal, between }, () => {
    count += 1;
    const zipcode = within(100_000, random);
    const temperature = within(215, random) - 80;
    const humidity = within(50, random) + 10;
    return publisher.send(formatWeather({ zipcode, temperature, humidity }));
  }).catch((error) => {
    if (!ended.signal.aborted) throw error;
  });
} else {
  const draw = (n) => Math.floor(Math.random() * n);
  while (count % 1000 !== 0 || performance.now() - start < Number(duration)) {
    count += 1;
    const zipcode = String(draw(100_000)).padStart(5, "0");
    await publisher.send(`${zipcode} ${draw(215) - 80} ${draw(50) + 10}`);
  }
}
console.log(`${count} ${Math.round(performance.now() - start)}`);
process.exit();
