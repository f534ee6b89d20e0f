// A queue of BullMQ, as docs.bullmq.io advises: jobs added in bulk, several workers with a concurrency of their own, jobs
// that are done removed
//   add PORT JOBS  stores the jobs; at a line on stdin, takes the time until the last one is done
//   work PORT      works from a line on stdin on until its stdin ends; prints how many jobs it has done
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Queue, Worker } from "bullmq";

const [mode, port, jobs] = process.argv.slice(2);
const connection = { host: "127.0.0.1", port: Number(port), maxRetriesPerRequest: null };
const QUEUE = "jobs";

/** How many jobs are added at once. */
const BULK = 1000;

/** How many jobs a worker does at once. */
const CONCURRENCY = 50;

if (mode === "add") {
  const queue = new Queue(QUEUE, { connection });
  for (let n = 0; n < jobs; n += BULK) {
    const count = Math.min(BULK, jobs - n);
    const one = { name: "job", data: 0, opts: { removeOnComplete: true } };
    await queue.addBulk(Array.from({ length: count }, () => one));
  }
  console.log("added");
  await once(process.stdin, "data");
  process.stdin.destroy();
  const start = performance.now();
  for (;;) {
    const { wait, active } = await queue.getJobCounts("wait", "active");
    if (wait + active === 0) break;
    await setTimeout(5);
  }
  console.log(`${jobs} ${performance.now() - start}`);
  await queue.close();
} else {
  let done = 0;
  const doJob = () => {
    done += 1;
    return Promise.resolve();
  };
  const worker = new Worker(QUEUE, doJob, { connection, concurrency: CONCURRENCY, autorun: false });
  await worker.waitUntilReady();
  console.log("ready");
  await once(process.stdin, "data");
  void worker.run();
  await once(process.stdin, "end");
  await worker.close();
  console.log(`done ${done}`);
}
