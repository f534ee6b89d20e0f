/** The pipeline that loses nothing, scaled and broken while it runs, under docker compose. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { describeWith, eventually } from "process-kit/jest";
import { outcomeOf, parseJournal, readJournal } from "../jobs/journal.js";
import { composeProject } from "./project.js";

/** Enough for the batch to be unfinished when the last of the commands is: `up` would start it again. */
const JOBS = 3000;

describeWith("docker", "jobs under docker compose", () => {
  const project = composeProject();

  /** How many jobs the sink has counted. Its dots are no lines, and Docker's log has lines only. */
  const counted = async () => {
    const { stdout } = await project.exec("jobsink", "cat /journal/results");
    return parseJournal(stdout).results.length;
  };
  const until = (count: number) =>
    eventually(async () => (await counted()) >= count, `${count} jobs counted`, 60_000);

  test("workers come and go, ventilator and sink are killed, and nothing is lost", async () => {
    const settings = { JOBS, WORKERS: 2 };
    await project.launch("jobs", [], settings);
    await until(50);
    await project.launch("jobs", ["--no-recreate", "--scale", "jobwork=6"], settings);
    await until(200);
    await project.compose("jobs", ["kill", "jobvent", "jobsink"]);
    await project.compose("jobs", ["start", "jobvent", "jobsink"]);
    await until(500);
    await project.compose("jobs", ["kill", "jobsink"]);
    await project.compose("jobs", ["start", "jobsink"]);
    await project.launch("jobs", ["--no-recreate", "--scale", "jobwork=4"], settings);

    const running = async () => (await project.containers()).filter(({ State }) => State.Running).length;
    await eventually(async () => (await running()) === 0, "the end of all containers", 120_000);
    expect(await project.exitCodes()).toEqual({ jobsink: [0], jobvent: [0], jobwork: [0, 0, 0, 0] });
    const folder = mkdtempSync(join(tmpdir(), "journal-"));
    try {
      await project.copyFrom("jobsink", "/journal/results", join(folder, "results"));
      expect(outcomeOf(readJournal(folder), JOBS)).toEqual({ faults: [], dead: [], isEnded: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
