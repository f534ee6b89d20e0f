/** client (REQ) -> Hello -> server (REP) -> World -> client, each side in each language. */
import { describe, expect } from "@jest/globals";
import { freeEndpoint, testWith } from "process-kit/jest";
import { helloClient, helloServer, LANGUAGES, toolsFor } from "../support/languages.js";

describe("request-reply completes", () => {
  for (const server of LANGUAGES) {
    for (const client of LANGUAGES) {
      testWith(toolsFor(server, client), `with a ${client} client and a ${server} server`, async () => {
        const endpoint = await freeEndpoint();
        const responder = await helloServer(server, endpoint);
        const requester = await helloClient(client, endpoint);

        await requester.done();
        expect(requester.stdout).toBe(
          "Connecting to hello world server...\n" +
            Array.from({ length: 10 }, (_, n) => `Sending Hello ${n}...\nReceived World ${n}\n`).join(""),
        );
        await responder.stop();
        expect(responder.stdout).toBe("Received Hello\n".repeat(10));
      });
    }
  }
});
