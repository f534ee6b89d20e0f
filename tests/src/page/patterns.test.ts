/** What one sees on the page is what the roles did. */
import { expect, test } from "@jest/globals";
import { describeWith, freeEndpoint, role, testWith } from "process-kit/jest";
import { demoProgram, PageInBrowser, startDashboard, startDemo } from "./browser.js";

testWith("chromium", "a batch: a bar for each task, and the elapsed time that tasksink prints", async () => {
  const { url, env } = await startDashboard();
  await using page = await PageInBrowser.open(url, {}, "#pipeline");
  const [vent, bind] = [await freeEndpoint(), await freeEndpoint()];
  const sink = role("tasksink", { bind }, { env });
  for (let n = 0; n < 3; n++) role("taskwork", { vent, sink: bind }, { env });
  role("taskvent", { bind: vent, sink: bind, workers: 3 }, { env });
  await sink.done();
  await page.until(async () => (await page.figure("Results")) === "100 of 100");
  await page.until(async () => (await page.bars("done")) === 100);

  const rows = await page.rows();
  expect(rows.length).toBe(3);
  expect(rows.reduce((sum, { done }) => sum + done, 0)).toBe(100);
  const [, printed = ""] = await sink.line(/^Total elapsed time: (\d+) msec$/);
  await page.until(async () => (await page.figure("Elapsed")).endsWith(" s"));
  const elapsed = Number.parseFloat(await page.figure("Elapsed")) * 1000;
  expect(Math.abs(elapsed - Number(printed))).toBeLessThan(Number(printed) * 0.05);
  expect(await page.sentence()).toMatch(/^3 workers did in/);

  // It only watches: there is nothing to press that would do anything to them
  expect(await page.page.locator(".controls, .experiments, .acts, .add").count()).toBe(0);

  // The table has what the chart has, and so has the trace
  await page.page.getByRole("button", { name: "As a table" }).click();
  expect(await page.page.locator("tbody tr").count()).toBe(100);
  const [download] = await Promise.all([
    page.page.waitForEvent("download"),
    page.page.getByRole("button", { name: "Trace for Perfetto" }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const { traceEvents } = JSON.parse(Buffer.concat(chunks).toString()) as { traceEvents: { ph: string }[] };
  expect(traceEvents.filter(({ ph }) => ph === "X").length).toBe(100);
  expect(page.offences).toEqual([]);
});

testWith("chromium", "the last average is what wuclient prints, truncated", async () => {
  const { url, env } = await startDashboard();
  await using page = await PageInBrowser.open(url, {}, "#weather");
  const bind = await freeEndpoint();
  role("wuserver", { bind }, { env });
  const client = role("wuclient", { filters: ["1"], updates: 300, connect: bind }, { env });
  await client.done();
  const [, printed = ""] = await client.line(/^Average temperature for zipcode '1' was (-?\d+)F$/);
  await page.until(async () => (await page.figure('"1"')).endsWith("after 300"));
  await page.page.getByRole("button", { name: "As a table" }).click();
  const value = await page.page.locator("tbody td").last().innerText();
  expect(Math.trunc(Number(value))).toBe(Number(printed));
  expect(page.offences).toEqual([]);
});

testWith("chromium", "a slow joiner: the numbers that were missed are those that did not come", async () => {
  const { url, env } = await startDashboard();
  await using page = await PageInBrowser.open(url, {}, "#weather");
  const bind = await freeEndpoint();
  // Starting first does not help
  const first = demoProgram("number-subscriber", { connect: bind }, env);
  await page.until(() => page.page.locator("[data-row]").count());
  const publisher = demoProgram("number-publisher", { bind, numbers: 1500 }, env);
  await publisher.line(/^Published 200$/);
  const late = demoProgram("number-subscriber", { connect: bind }, env);
  for (const process of [first, late]) await process.done();
  await page.until(async () => (await page.figure("Published")) === "1500 of 1500");
  const missed: number[] = [];
  for (const [index, process] of [first, late].entries()) {
    const [, received, printed] = await process.line(/^Received (\d+) numbers, missed (1 to \d+)$/);
    const row = page.page.locator("[data-row]").nth(index);
    expect((await row.getAttribute("data-missed"))?.replace("-", " to ")).toBe(printed);
    missed.push(1500 - Number(received));
    expect(printed).toBe(`1 to ${missed[index]}`);
    expect(await page.figure(`Missed by subscriber ${index + 1}`)).toBe(`${missed[index]} of 1500`);
  }
  expect(missed[1]).toBeGreaterThanOrEqual(200);
  expect(await page.sentence()).toContain(
    `Subscriber 1 missed 1–${missed[0]}, subscriber 2 missed 1–${missed[1]}. Connecting takes some milliseconds`,
  );
  expect(page.offences).toEqual([]);
});

testWith("chromium", "lines lead from each request to the server that answered it", async () => {
  const { url, env } = await startDashboard();
  await using page = await PageInBrowser.open(url, {}, "#hello");
  const requests = 8;
  const servers = new Map<string, string>();
  for (const reply of ["one", "two", "three"]) {
    const bind = await freeEndpoint();
    servers.set(reply, bind);
    role("hello-server", { bind, reply, work: 200 }, { env });
  }
  const connect = [...servers.values()];
  const client = async (number: number, message: string) => {
    const started = role("hello-client", { connect, requests, message }, { env });
    await page.until(async () => (await page.page.locator("[data-row^=hello-client]").count()) === number);
    return started;
  };
  const clients = [await client(1, "Hello"), await client(2, "Hi")];
  for (const each of clients) await each.done();
  await page.until(async () => (await page.bars("done")) === 4 * requests);

  // Which server it was, the reply tells
  const keys = await page.page
    .locator("[data-row^=hello-client]")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-row") ?? ""));
  // Most of them: where a busy machine is too late, nothing is told
  await page.until(async () => (await page.lines()).length >= requests);
  const lines = await page.lines();
  for (const { request, work, ends } of lines) {
    const printed = clients[keys.indexOf(request.row)]?.stdout.match(/^Received .*/gm) ?? [];
    const reply = /^Received (\w+) /.exec(printed[request.index] ?? "")?.[1] ?? "";
    const port = /:\d+$/.exec(servers.get(reply) ?? "")?.[0];
    expect(await page.page.locator(`[data-actor='${work.row}']`).innerText()).toContain(`binds ${port}`);
    // From where the one bar begins to where the other does, and back from end to end
    for (const [nth, at] of [request.from, work.from, work.to, request.to].entries()) {
      expect(Math.abs((ends[nth] ?? NaN) - at)).toBeLessThan(2);
    }
  }
  expect(page.offences).toEqual([]);
});

describeWith("chromium", "experiments", () => {
  test("without the wait, one worker gets nearly everything", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#pipeline");
    await page.run("nowait");
    await page.until(async () => (await page.figure("Results")) === "100 of 100");
    const rows = await page.rows();
    expect(Math.max(...rows.map(({ done }) => done))).toBeGreaterThan(60);
    expect(await page.sentence()).toMatch(/^Worker \d did \d+ of 100 tasks\. It was connected first/);
    await page.picture("nowait");
    expect(page.offences).toEqual([]);
  });

  test("a killed worker is marked, its connections go, its tasks are lost, and it is said", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#pipeline");
    const seen = await page.watchEdges();
    await page.run("kill");
    await page.until(async () => (await page.condition("taskwork-5")) === "killed");
    await page.until(async () => (await page.edges("taskwork-5")) === 0);
    expect(await seen()).toContain("taskwork-5 tasksink-1");
    await page.until(async () => (await page.condition("tasksink-1")) === "failed");
    const [results] = (await page.figure("Results")).split(" ");
    await page.until(async () =>
      (await page.sentence()).startsWith(`${100 - Number(results)} tasks died with worker 5.`),
    );
    expect(await page.page.locator("[data-gap=lost]").count()).toBe(1);
    await page.picture("kill");
    expect(page.offences).toEqual([]);
  });

  test("a worker that is added appears with its connections, and one can be killed and frozen", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#pipeline");
    await page.run("guide");
    await page.until(async () => (await page.condition("taskwork-4")) === "running");
    await page.page.getByRole("button", { name: "+ Add a worker" }).click();
    await page.until(async () => (await page.condition("taskwork-5")) === "running");
    await page.page.getByRole("button", { name: "Freeze worker 5" }).click();
    await page.until(async () => (await page.condition("taskwork-5")) === "frozen");
    await page.page.getByRole("button", { name: "Let worker 5 go on" }).click();
    await page.until(async () => (await page.condition("taskwork-5")) === "running");
    await page.page.getByRole("button", { name: "Kill worker 5" }).click();
    await page.until(async () => (await page.condition("taskwork-5")) === "killed");
    await page.page.getByRole("button", { name: "Stop" }).click();
    await page.until(async () => (await page.condition("taskwork-1")) === "ended");
    expect(page.offences).toEqual([]);
  });

  test("a server that is killed: tries in vain, then ten of ten", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#hello");
    await page.run("kill");
    await page.until(async () => (await page.condition("hello-server-1")) === "killed");
    await page.until(async () => (await page.figure("Answered")) === "20 of 20");
    expect(await page.page.locator("[data-row^=hello-client] [data-bar=failed]").count()).toBeGreaterThan(0);
    expect(await page.sentence()).toMatch(/^Nobody restarted the clients\./);
    await page.picture("hello");
    expect(page.offences).toEqual([]);
  });

  test("a server that is frozen: its reply comes too late, and a line says to which try", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#hello");
    await page.run("freeze");
    await page.until(async () => (await page.figure("Answered")) === "10 of 10");
    await page.until(async () => (await page.lines()).some(({ isLate }) => isLate));
    const lines = await page.lines();
    const late = lines.filter(({ isLate }) => isLate);
    for (const { request, work } of late) {
      expect(request.kind).toBe("failed");
      expect(work.to).toBeGreaterThan(request.to);
    }
    expect(lines.filter(({ request }) => request.kind === "done").length).toBe(10);
    expect(page.offences).toEqual([]);
  });

  test("jobs: a worker is killed, and every job has its result", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#jobs");
    await page.run("kill");
    await page.until(async () => (await page.condition("jobwork-5")) === "killed");
    await page.until(async () => (await page.figure("Results")) === "100 of 100");
    expect(await page.sentence()).toMatch(/^Worker 5 was killed, and nothing is lost\./);
    await page.picture("jobs");
    expect(page.offences).toEqual([]);
  });

  test("jobs: the ventilator is killed and started again, and every job has its result", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#jobs");
    await page.run("ventilator");
    await page.until(async () => (await page.condition("jobvent-1")) === "killed");
    await page.until(async () => (await page.condition("jobvent-2")) === "ended");
    await page.until(async () => (await page.figure("Results")) === "100 of 100");
    expect(await page.sentence()).toMatch(/^The ventilator was killed, and nothing is lost\./);
    for (const mark of ["jobvent 1 killed", "jobvent 2 is back"]) {
      expect(await page.page.locator("svg text", { hasText: mark }).count()).toBe(1);
    }
    // The second ventilator's command is that of the first, and was given later
    const commands = (await page.page.locator("pre").innerText()).split("\n");
    const [first = "", second = ""] = commands.filter((line) => line.includes("apps/jobvent/"));
    expect(second).toMatch(/ # after \d+\.\d+ s$/);
    const kill = commands.findIndex((line) => line.includes("kill -KILL"));
    expect([first, second].map((line) => commands.indexOf(line) < kill)).toEqual([true, false]);
    await page.picture("jobs-ventilator");
    expect(page.offences).toEqual([]);
  });

  test("side by side: the same batch and the same kill, and only the pipeline loses tasks", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#both");
    await page.run("kill");
    const [pipeline, jobs] = ["[data-chart=pipeline]", "[data-chart=jobs]"];
    // What has come, the sink says itself
    const said = page.page.getByText(/tasksink: \d+ of 100 results came; gave up/);
    await page.until(() => said.count());
    const results = Number(/tasksink: (\d+)/.exec(await said.innerText())?.[1]);
    expect(results).toBeLessThan(100);
    await page.until(async () => (await page.figure("Results", jobs)) === "100 of 100");
    expect(await page.figure("Lost", jobs)).toBe("0");
    await page.until(async () => (await page.figure("Results", pipeline)) === `${results} of 100`);
    await page.until(async () => (await page.figure("Lost", pipeline)) === String(100 - results));
    await page.until(async () =>
      (await page.sentence()).includes(`the pipeline lost ${100 - results}, and jobs lost none.`),
    );
    // The worker of the same place, at the same moment
    const marks = await page.page.locator("[data-gap=lost] rect").evaluateAll((gaps) =>
      gaps.map((gap) => {
        const left = gap.closest("svg")?.getBoundingClientRect().left ?? 0;
        const row = gap.closest("[data-row]")?.getAttribute("data-row") ?? "";
        return { row, x: gap.getBoundingClientRect().left - left };
      }),
    );
    expect(marks.map(({ row }) => row)).toEqual(["taskwork-4", "jobwork-4"]);
    expect(Math.abs((marks[0]?.x ?? 0) - (marks[1]?.x ?? NaN))).toBeLessThan(3);
    // The same batch
    const terminal = await page.page.locator("pre").innerText();
    const [, ...seeds] = /taskvent.* --seed (\d+)[^]*jobvent.* --seed (\d+)/.exec(terminal) ?? [];
    expect(seeds).toEqual([seeds[0], seeds[0]]);
    await page.picture("both");
    expect(page.offences).toEqual([]);
  });

  test("updates: each client gets what it subscribed to", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#weather");
    await page.run("filters");
    for (const filter of ["10001 ", "60601 ", "94103 "]) {
      await page.until(async () => (await page.figure(`"${filter}"`)).endsWith("after 300"));
    }
    expect(await page.page.locator("[data-line]").count()).toBe(3);
    await page.picture("weather");
    expect(page.offences).toEqual([]);
  });

  test("a slow joiner misses the first numbers, and none when the publisher waits", async () => {
    const { url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#weather");
    const rows = page.page.locator("[data-row^=number-subscriber]");
    const missed = () => rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-missed")));
    await page.run("joiner");
    await page.until(
      async () => (await missed()).filter((ranges) => /^1-\d+$/.test(ranges ?? "")).length === 2,
    );
    expect(await page.violations()).toEqual([]);
    await page.picture("joiner");
    await page.run("joined");
    // One that is added comes too late all the same
    await page.until(
      async () => (await page.figure("Published")) !== "0 of 1000" && (await missed()).length === 2,
    );
    await page.page.getByRole("button", { name: "+ Add a client" }).click();
    await page.until(async () => (await page.figure("Published")) === "1000 of 1000");
    await page.until(async () => (await page.condition("number-subscriber-3")) === "ended");
    expect(await missed()).toEqual(["", "", expect.stringMatching(/^1-\d+$/)]);
    expect(page.offences).toEqual([]);
  });

  test("Ctrl-C ends all that was started", async () => {
    const { demo, url } = await startDemo();
    await using page = await PageInBrowser.open(url, {}, "#hello");
    await page.run("late");
    await page.until(async () => (await page.condition("hello-client-2")) === "running");
    const text = await page.page.evaluate(async () => {
      const { value } = (await (await fetch("/events")).body?.getReader().read()) ?? {};
      return new TextDecoder().decode(value);
    });
    const pids = [...text.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
    page.isServerGone = true;
    await demo.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
