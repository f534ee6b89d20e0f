import { expect, test } from "@jest/globals";
import { Router } from "zeromq";
import { startRole, transports } from "zmq-common/testing";
import { jobwork } from "./jobwork.js";

const TOKEN = "0123456789abcdef.00000001.1";

/** A ventilator, and a worker that is connected to it. */
async function start(options: Partial<Parameters<typeof jobwork>[0]> = {}, transport = "tcp://127.0.0.1:*") {
  const socket = new Router({ linger: 0, receiveTimeout: 5000 });
  await socket.bind(transport);
  const vent = socket.lastEndpoint ?? "";
  const worker = startRole(jobwork, {
    command: [],
    vent,
    ttl: 10_000,
    grace: 1000,
    forever: false,
    ...options,
  });
  const [identity = Buffer.alloc(0)] = await socket.receive();
  return {
    worker,
    send: (...frames: string[]) => socket.send([identity, ...frames]),
    /** The next message that is no heartbeat. */
    async receive(): Promise<string[]> {
      for (;;) {
        const frames = (await socket.receive()).slice(1).map(String);
        if (frames[0] !== "READY" || frames[1] === TOKEN) return frames;
      }
    },
    async [Symbol.asyncDispose]() {
      await worker.stop();
      socket.close();
    },
  };
}

const overAll = transports().filter((transport) => !transport.startsWith("inproc"));

test.each(overAll)(
  "does the jobs in turn, reports them, and stops when it is told to over %s",
  async (transport) => {
    await using vent = await start({}, transport);
    await vent.send("HELLO", TOKEN);
    expect(await vent.receive()).toEqual(["READY", TOKEN, "1 10000"]);
    await vent.send("TASK", "7", "20\n0\nsoon\n");
    const reports: string[] = [];
    while (reports.join("").split("\n").length < 4) {
      const [kind, , , lines] = await vent.receive();
      reports.push(`${kind} ${lines}`);
    }
    expect(reports.toSorted().join("").split("\n")).toEqual(
      expect.arrayContaining([expect.stringContaining("FAIL 9 expected a number of milliseconds, got soon")]),
    );
    expect(vent.worker.printed).toBe("20.0.");
    await vent.send("STOP");
    await vent.worker.done;
  },
);

test("a HELLO makes it forget what it has not begun, and is answered when it has done what it has", async () => {
  await using vent = await start();
  await vent.send("HELLO", TOKEN);
  await vent.receive();
  await vent.send("TASK", "1", "200\n0\n");
  await vent.worker.until(() => vent.worker.printed === "200.");
  const other = TOKEN.replace(/1$/, "2");
  await vent.send("HELLO", other);
  expect(await vent.receive()).toEqual(["DONE", TOKEN, expect.any(String), "1\n"]);
  await vent.worker.stop();
  expect(await vent.receive()).toEqual(["BYE", other, expect.any(String)]);
  expect(vent.worker.printed).toBe("200.");
});

test("a job that has failed is reported before the next one has come to its end", async () => {
  const exit = "setTimeout(() => process.exit(1), Number(process.argv[1]))";
  await using vent = await start({ command: [process.execPath, "-e", exit], grace: 0 });
  await vent.send("HELLO", TOKEN);
  await vent.receive();
  await vent.send("TASK", "1", "1\n2\n60000\n");
  const fail = (id: number) => ["FAIL", TOKEN, "1 10000", `${id} exit status 1\n`];
  expect([await vent.receive(), await vent.receive()]).toEqual([fail(1), fail(2)]);
});

test("a stop hands back what it has not begun at once, and reports what it has", async () => {
  await using vent = await start();
  await vent.send("HELLO", TOKEN);
  await vent.receive();
  await vent.send("TASK", "1", "300\n0\n");
  await vent.worker.until(() => vent.worker.printed === "300.");
  const stopping = vent.worker.stop();
  expect(await vent.receive()).toEqual(["BYE", TOKEN, "1 10000", "1\n"]);
  expect(await vent.receive()).toEqual(["DONE", TOKEN, expect.any(String), "1\n"]);
  expect(await vent.receive()).toEqual(["BYE", TOKEN, expect.any(String)]);
  await stopping;
});

test("without time for it, the job that runs is handed back, too", async () => {
  await using vent = await start({ grace: 0 });
  await vent.send("HELLO", TOKEN);
  await vent.receive();
  await vent.send("TASK", "1", "60000\n");
  await vent.worker.until(() => vent.worker.printed === "60000.");
  await vent.worker.stop();
  expect(await vent.receive()).toEqual(["BYE", TOKEN, "1 10000", "1\n"]);
  expect(await vent.receive()).toEqual(["BYE", TOKEN, "1 10000"]);
});
