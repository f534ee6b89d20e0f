/** Whoever reads what the sink prints stands still: a terminal after Ctrl-S, a pager. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { eventually, role, testWith } from "process-kit/jest";
import { Pipeline } from "./pipeline.js";

(process.platform === "win32" ? test.skip : test)(
  "results wait for their reader, however many they are",
  async () => {
    await using jobs = await Pipeline.create();
    const path = jobs.path("pipe");
    execFileSync("mkfifo", [path]);
    // Open for both, so that the writer finds a reader
    const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const sink = role(
      "jobsink",
      { bind: jobs.sinkBind, journal: jobs.path("sink"), output: "-" },
      { via: ["sh", "-c", 'exec "$@" > "$PIPE"', "sh"], env: { PIPE: path } },
    );
    const size = 60_000;
    const input = jobs.input(Array.from({ length: 50 }, () => size));
    const vent = jobs.vent({ input });
    jobs.worker({ command: [process.execPath, "-p", "'x'.repeat(process.argv[1])"] });
    await vent.done();
    expect(sink.exit).toBeUndefined();

    let text = "";
    const chunk = Buffer.alloc(65_536);
    const read = () => {
      try {
        text += chunk.toString("utf8", 0, readSync(pipe, chunk));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      }
    };
    await eventually(() => {
      for (let n = 0; n < 10; n++) read();
      return sink.exit !== undefined;
    }, "the end of the sink");
    read();
    closeSync(pipe);
    await sink.done();
    expect(text.match(new RegExp(`^\\d+\\tx{${size}}$`, "gm"))).toHaveLength(50);
  },
);

testWith("pyzmq", "a terminal that stands still keeps no sink from counting", async () => {
  await using jobs = await Pipeline.create();
  const sink = role(
    "jobsink",
    { bind: jobs.sinkBind, journal: jobs.path("sink") },
    { terminal: true, via: ["sh", "-c", 'read -r _; exec "$@" 2>&1', "sh"], env: { LOG_FORMAT: "text" } },
  );
  sink.write("\x13\n");
  jobs.worker();
  await jobs.vent({ input: jobs.input(Array.from({ length: 100 }, () => 5)) }).done();
  expect(sink.exit).toBeUndefined();
  sink.write("\x11");
  await sink.done();
});
