/** server (PUB) -> updates -> client (SUB), each side in each language. */
import { describe, expect } from "@jest/globals";
import { freeEndpoint, testWith } from "process-kit/jest";
import { type Language, LANGUAGES, toolsFor, wuclient, wuserver } from "../support/languages.js";

describe("publish-subscribe completes", () => {
  for (const server of LANGUAGES) {
    for (const client of LANGUAGES) {
      testWith(toolsFor(server, client), `with a ${client} client and a ${server} server`, async () => {
        // One update in a hundred matches.
        await completes(server, client, "10", 100);
      });
    }
  }

  // The chapter's own filter: one update in 100,000 matches, so that a hundred take some ten million.
  testWith("gcc", "for zip code 10001 with a TypeScript client and a C server", async () => {
    await completes("C", "TypeScript", "10001 ", 100);
  });

  testWith("gcc", "for zip code 10001 with a C client and a TypeScript server", async () => {
    await completes("TypeScript", "C", "10001 ", 20);
  });
});

async function completes(server: Language, client: Language, filter: string, updates: number) {
  const endpoint = await freeEndpoint();
  const publisher = await wuserver(server, endpoint);
  const subscriber = await wuclient(client, endpoint, filter, updates);

  await subscriber.done(50_000);
  const average = /was (.*)F\n$/.exec(subscriber.stdout)?.[1];
  expect(subscriber.stdout).toBe(
    "Collecting updates from weather server...\n" +
      `Average temperature for zipcode '${filter}' was ${average}F\n`,
  );
  // The mean of that many draws from -80..134 lies within five standard errors of 27.
  const bound = (5 * 62) / Math.sqrt(updates);
  expect(Math.abs(Number(average) - 27)).toBeLessThan(bound);

  await publisher.stop();
  expect(publisher.stdout).toBe("");
}
