/** A page on paper: what a million subscribers or ten thousand workers would take, worked out from the figures. */
import { format } from "./statistics.js";
import type { Results } from "./report.js";

/** So many connections a process is given at most: ten times fewer than a Linux machine usually lets it have. */
const CONNECTIONS = 10_000;

const SUBSCRIBERS = 1_000_000;
const ZIPCODES = 100_000;
const UPDATES_A_SECOND = 10_000;

const WORKERS = 10_000;
/** Of a task of 1 to 100 ms. */
const MEAN_WORKLOAD = 50.5;
const HIGH_WATER_MARK = 1000;
/** Bytes of a message that waits (zmq_msg_t); one as short as a weather update lies within it. */
const MESSAGE = 64;

export function scaling({ curves, works }: Results): string {
  // Of our own role
  const curve = (id: string) =>
    curves
      .find((one) => one.id === id)
      ?.lines.find(({ name }) => name.endsWith("ours"))
      ?.points.map(({ x, summary }) => ({ x, y: summary.median })) ?? [];
  const last = (id: string) => curve(id).at(-1) ?? { x: NaN, y: NaN };
  const figure = (id: string, variant: string) =>
    works.find((work) => work.id === id)?.variants.find(({ name }) => name === variant)?.summary.median ??
    NaN;

  const delivered = last("subscribers");
  const [alone] = curve("memory");
  const crowd = last("memory");
  const kilobytes = ((crowd.y - (alone?.y ?? NaN)) * 1000) / (crowd.x - (alone?.x ?? NaN));

  const leaves = SUBSCRIBERS / CONNECTIONS;
  const perZipcode = SUBSCRIBERS / ZIPCODES;
  const deliveries = UPDATES_A_SECOND * perZipcode;
  // Of so many leaves, how many have at least one of the subscribers of a zip code
  const leavesReached = leaves * (1 - (1 - 1 / leaves) ** perZipcode);
  const flood = UPDATES_A_SECOND * leaves;

  const tasks = (WORKERS / MEAN_WORKLOAD) * 1000;
  const taken = last("workers");
  const results = figure("empty-tasks", "workers in C, our sink");
  const dealtAhead = WORKERS * HIGH_WATER_MARK;

  return `# A million subscribers, ten thousand workers

On paper: nothing here was run at this size. Every figure is from [results.md](results.md) or is worked out below. This page is written by \`npx pnpm@10 bench\`, together with them.

## A million subscribers

Say there are ${number(ZIPCODES)} zip codes, each updated every ten seconds: ${number(UPDATES_A_SECOND)} updates a second. A million subscribers want one zip code each.

| | worked out | is |
| --- | --- | --: |
| subscribers of a zip code | ${number(SUBSCRIBERS)} ÷ ${number(ZIPCODES)} | ${number(perZipcode)} |
| deliveries | ${number(UPDATES_A_SECOND)} updates/s × ${perZipcode} | ${number(deliveries)} /s |
| one publisher delivers, to ${delivered.x} subscribers | measured | ${number(delivered.y)} /s |
| memory for the connections | ${number(SUBSCRIBERS)} × ${format(kilobytes)} kB, measured with ${crowd.x} | ${format((SUBSCRIBERS * kilobytes) / 1e6)} GB |
| memory while all of them are slow | ${number(SUBSCRIBERS)} × ${number(HIGH_WATER_MARK)} messages × ${MESSAGE} bytes, on top | ${format((SUBSCRIBERS * HIGH_WATER_MARK * MESSAGE) / 1e9)} GB |
| descriptors | one a connection | ${number(SUBSCRIBERS)} |

The deliveries take ${format((deliveries / delivered.y) * 100)} % of what one publisher can do. What it cannot do is hold a million connections: a process has ${number(CONNECTIONS)} of them without special care, and when it ends, a million subscribers connect again at once. The kernel's buffers for the connections come on top; they are not in these figures.

So put proxies between: XSUB towards the publisher, XPUB towards the subscribers, \`zmq_proxy\` in the middle (\`new Proxy(xsub, xpub)\`). Subscriptions travel up, so that a proxy gets only what one of its subscribers wants, and \`Subscriptions\` in wuserver sees them as if there were no proxy.

| | worked out | is |
| --- | --- | --: |
| proxies | ${number(SUBSCRIBERS)} ÷ ${number(CONNECTIONS)} | ${number(leaves)} |
| proxies that want a given zip code | ${leaves} × (1 − (1 − 1/${leaves})^${perZipcode}) | ${format(leavesReached)} |
| the publisher sends | ${number(UPDATES_A_SECOND)} × ${format(leavesReached)} | ${number(UPDATES_A_SECOND * leavesReached)} /s |
| a proxy delivers | ${number(deliveries)} ÷ ${leaves} | ${number(deliveries / leaves)} /s |
| memory of a proxy's connections | ${number(CONNECTIONS)} × ${format(kilobytes)} kB | ${format((CONNECTIONS * kilobytes) / 1000)} MB |

One layer is enough as long as the proxies do not want everything. If they do, the publisher sends ${number(UPDATES_A_SECOND)} × ${leaves} = ${number(flood)} messages a second, ${format(flood / delivered.y)} times what was measured for one; ${flood > delivered.y ? "a second layer of ten proxies, each feeding ten, brings it back to " : "with a second layer of ten proxies it would be "}${number(UPDATES_A_SECOND * 10)} a second.

Several places, each with its own publishers, are a federation: a proxy in each place connects its XSUB to the publishers of all. PUB and SUB lose what is sent while a connection is down, at every hop. Who must not miss anything needs sequence numbers and a place to ask for what is missing (the Guide's Clone pattern).

## Ten thousand workers

Tasks of 1 to 100 ms take ${MEAN_WORKLOAD} ms on average.

| | worked out | is |
| --- | --- | --: |
| tasks to keep them all busy | ${number(WORKERS)} ÷ ${MEAN_WORKLOAD} ms | ${number(tasks)} /s |
| one ventilator hands over, to ${taken.x} workers | measured | ${number(taken.y)} /s |
| one sink takes | measured, "workers in C, our sink" | ${number(results)} /s |
| sinks needed | ${number(tasks)} ÷ ${number(results)} | ${Math.ceil(tasks / results)} |
| memory of the ventilator's connections | ${number(WORKERS)} × ${format(kilobytes)} kB | ${format((WORKERS * kilobytes) / 1000)} MB |
| tasks dealt out ahead at the high-water mark | ${number(WORKERS)} × ${number(HIGH_WATER_MARK)} | ${number(dealtAhead)} |
| work that is | ${number(HIGH_WATER_MARK)} × ${MEAN_WORKLOAD} ms for each | ${format((HIGH_WATER_MARK * MEAN_WORKLOAD) / 1000)} s |

${
  tasks <= taken.y
    ? "One ventilator can hand out that many tasks."
    : `That takes ${Math.ceil(tasks / taken.y)} ventilators; a worker connects its PULL socket to all of them, and takes from each in turn.`
} Its trouble is another one: PUSH deals tasks out in turn and ahead of time, so a slow worker sits on ${format((HIGH_WATER_MARK * MEAN_WORKLOAD) / 1000)} s of work or more while others are idle, and a dead one loses it. At this size workers should ask for work (REQ or DEALER to a ROUTER, the Guide's load balancer), and confirm each task, so that it can be given to another.

Sinks add up like the proxies above: each takes the results of its share of the workers, and sends one count a second on to the next.
`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en", { maximumSignificantDigits: 3 });
}
