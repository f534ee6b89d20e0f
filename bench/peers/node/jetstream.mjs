// A work queue on NATS JetStream, as docs.nats.io advises for work that is shared: file storage, work queue retention, one
// durable pull consumer with explicit acknowledgements for all workers
//   add PORT JOBS  stores the jobs; at a line on stdin, takes the time until the last one is acknowledged
//   work PORT      works from a line on stdin on until its stdin ends; prints how many jobs it has done
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const [mode, port, jobs] = process.argv.slice(2);
const connection = await connect({ servers: `127.0.0.1:${port}` });
const STREAM = "jobs";
const WORKERS = "workers";

/** How many jobs a worker asks for at once. */
const BATCH = 1000;

/** How many jobs may be on their way to being stored. */
const IN_FLIGHT = 1000;

if (mode === "add") {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: STREAM,
    subjects: [STREAM],
    retention: "workqueue",
    storage: "file",
  });
  await manager.consumers.add(STREAM, {
    durable_name: WORKERS,
    ack_policy: "explicit",
    // The default, 1000, would be a limit on what all four hold together
    max_ack_pending: 8 * BATCH,
  });
  const client = jetstream(connection);
  for (let n = 0; n < jobs; n += IN_FLIGHT) {
    const count = Math.min(IN_FLIGHT, jobs - n);
    await Promise.all(Array.from({ length: count }, () => client.publish(STREAM, "0")));
  }
  console.log("added");
  await once(process.stdin, "data");
  process.stdin.destroy();
  const start = performance.now();
  // What is acknowledged is removed
  while ((await manager.streams.info(STREAM)).state.messages > 0) await setTimeout(5);
  console.log(`${jobs} ${performance.now() - start}`);
} else {
  let done = 0;
  const consumer = await jetstream(connection).consumers.get(STREAM, WORKERS);
  console.log("ready");
  await once(process.stdin, "data");
  const messages = await consumer.consume({
    max_messages: BATCH,
    callback(message) {
      done += 1;
      message.ack();
    },
  });
  await once(process.stdin, "end");
  messages.stop();
  console.log(`done ${done}`);
}
await connection.close();
