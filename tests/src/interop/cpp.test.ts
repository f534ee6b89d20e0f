/** The C++ programs of the chapter send other bytes than the C ones. Our roles with them. */
import { describe, expect } from "@jest/globals";
import { freeEndpoint, testWith } from "process-kit/jest";
import {
  helloClient,
  helloServer,
  type Language,
  tasksink,
  taskvent,
  taskwork,
  wuclient,
  wuserver,
} from "../support/languages.js";
import { masked } from "../support/masked.js";

describe("the C++ programs and ours", () => {
  for (const [server, client] of [
    ["C++", "TypeScript"],
    ["TypeScript", "C++"],
  ] as const) {
    testWith("g++", `a ${client} client is answered by a ${server} server`, async () => {
      const endpoint = await freeEndpoint();
      const responder = await helloServer(server, endpoint);
      const requester = await helloClient(client, endpoint);

      await requester.done();
      await responder.stop();
      expect(requester.stdout).toContain("Sending Hello 9...\nReceived World 9\n");
      expect(responder.stdout).toBe("Received Hello\n".repeat(10));
    });
  }

  testWith("g++", "every update of a C++ server is read, uninitialised bytes and all", async () => {
    const endpoint = await freeEndpoint();
    await wuserver("C++", endpoint);
    const subscriber = await wuclient("TypeScript", endpoint, "", 10_000);

    await subscriber.done();
    expect(masked(subscriber.stdout)).toContain("Average temperature for zipcode '' was #F\n");
    expect(subscriber.stderr).not.toContain("malformed");
  });

  testWith("g++", "a C++ ventilator's padded tasks are done, and its two-byte start is one", () =>
    completes("C++", "TypeScript"),
  );

  testWith("g++", "C++ workers take our tasks, and our sink their results", () =>
    completes("TypeScript", "C++"),
  );
});

async function completes(vent: Language, work: Language) {
  const pipeline = { vent: await freeEndpoint(), sink: await freeEndpoint(), tasks: 20 };
  const collector = await tasksink("TypeScript", pipeline);
  const workers = [await taskwork(work, pipeline), await taskwork(work, pipeline)];
  const ventilator = await taskvent(vent, pipeline);
  if (vent === "C++") ventilator.write("\n");

  await ventilator.done();
  await collector.done();
  expect(masked(collector.stdout)).toBe(":.........:.........\nTotal elapsed time: # msec\n");

  for (const worker of workers) {
    await worker.stop();
    expect(worker.stderr).not.toContain("malformed");
  }
  const progress = workers.map(({ stdout }) => stdout).join("");
  expect(progress.match(/\./g)).toHaveLength(20);
  // C++'s show dots only.
  if (work === "TypeScript") {
    const cost = progress.split(".").reduce((sum, workload) => sum + Number(workload), 0);
    expect(ventilator.stdout).toContain(`Total expected cost: ${cost} msec\n`);
  }
}
