/** The arithmetic of docs/performance/scaling.md, from what was measured of our roles. */
import { benchmarkOf, medians, type Results } from "./results.js";

/** What the page supposes. */
const SUBSCRIBERS = 1_000_000;
const ZIPCODES = 100_000;
const UPDATES_PER_SECOND = 10_000;
const CONNECTIONS_PER_PROCESS = 10_000;
const WORKERS = 10_000;
/** Of tasks of 1 to 100 ms. */
const MEAN_WORKLOAD = 50.5;

const HIGH_WATER_MARK = 1000;
/** The bytes that a message takes in a queue (zmq_msg_t); one as short as a weather update lies within them. */
const QUEUED_MESSAGE = 64;

/** The figures of the page, by the names that it has them under. Rates are per second. */
export function scaling(results: Results): Record<string, number> {
  const measured = (id: string, variant = "ours") => medians(benchmarkOf(results, id), variant);
  const last = (id: string) => measured(id).at(-1) ?? NaN;
  const peers = Number(benchmarkOf(results, "memory").samples.at(-1)?.x);
  const [alone] = measured("memory");
  const [sink] = measured("empty-tasks", "workers in C, our sink");

  const connection = ((last("memory") - alone) / (peers - 1)) * 1000;
  const delivered = last("subscribers");
  const perZipcode = SUBSCRIBERS / ZIPCODES;
  const deliveries = UPDATES_PER_SECOND * perZipcode;

  const proxies = SUBSCRIBERS / CONNECTIONS_PER_PROCESS;
  // Of all proxies, those with at least one of the subscribers of a zip code
  const interested = proxies * (1 - (1 - 1 / proxies) ** perZipcode);
  const everything = UPDATES_PER_SECOND * proxies;

  const handedOver = last("workers");
  const tasks = (WORKERS / MEAN_WORKLOAD) * 1000;

  const jobs = Number(benchmarkOf(results, "jobs-memory").samples.at(-1)?.x);
  const bytesPerJob = (role: string) => {
    const [one, ...more] = measured("jobs-memory", role);
    return (((more.at(-1) ?? NaN) - one) * 2 ** 20) / (jobs - 1);
  };
  return {
    peers,
    "subscribers per zip code": perZipcode,
    deliveries,
    "deliveries, measured": delivered,
    "deliveries, %": (deliveries / delivered) * 100,
    "connection, kB": connection,
    "connections, GB": (SUBSCRIBERS * connection) / 1e6,
    "queues, GB": (SUBSCRIBERS * HIGH_WATER_MARK * QUEUED_MESSAGE) / 1e9,

    proxies,
    "proxies per update": interested,
    "sent to proxies": UPDATES_PER_SECOND * interested,
    "deliveries of a proxy": deliveries / proxies,
    "process, MB": (CONNECTIONS_PER_PROCESS * connection) / 1000,
    "everything to proxies": everything,
    "everything, %": (everything / delivered) * 100,

    tasks,
    "tasks, measured": handedOver,
    ventilators: Math.ceil(tasks / handedOver),
    "results, measured": sink,
    sinks: Math.ceil(tasks / sink),
    jobs,
    "bytes per job, jobvent": bytesPerJob("jobvent"),
    "bytes per job, jobvent, jobsink stopped": bytesPerJob("jobvent, jobsink stopped"),
    "bytes per job, jobsink": bytesPerJob("jobsink"),
    "tasks ahead": WORKERS * HIGH_WATER_MARK,
    "work ahead, s": (HIGH_WATER_MARK * MEAN_WORKLOAD) / 1000,
  };
}
