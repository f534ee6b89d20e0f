/** Certificates and authenticators of czmq and pyzmq: a folder of keys can be shared with both, either way. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { describeWith, freeEndpoint, peer, role } from "process-kit/jest";

let folder = "";
/** The keys of the server and of a client that it admits, and those of a client that it does not know. */
let keys = "";
let unknown = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "other-tools-"));
  [keys, unknown] = [join(folder, "keys"), join(folder, "unknown")];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const makeKeys = (dir: string, ...names: string[]) => role("keys", { names, dir }).done();

/** hello-server with the keys, once it waits for requests. */
async function helloServer() {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 0, curveDir: keys });
  await server.untilLogged(/waiting for requests/);
  return { endpoint, server };
}

/** A hello-client, which gives up after a while. */
const helloClient = (endpoint: string, dir: string) =>
  role("hello-client", { connect: endpoint, requests: 3, timeout: 1000, retries: 5, curveDir: dir });

/** Files that a tool makes for a name, by its own names, and how it is called. */
interface OtherTool {
  tool: "pyzmq" | "czmq";
  language: "Python" | "C with czmq";
  suffix: string;
}

describe.each<OtherTool>([
  { tool: "pyzmq", language: "Python", suffix: ".key" },
  { tool: "czmq", language: "C with czmq", suffix: "" },
])("$tool", ({ tool, language, suffix }) => {
  describeWith(tool, "and our roles:", () => {
    /** Both tools write the certificates of a server and a client, and the client is admitted. */
    const makeCertificates = async () => {
      mkdirSync(join(keys, "authorized"), { recursive: true });
      await (await peer(language, "make_certificates", [keys, "hello-server", "hello-client"])).done();
      const client = `hello-client${suffix}`;
      copyFileSync(join(keys, client), join(keys, "authorized", client));
    };

    test("the roles run with the certificates that it makes", async () => {
      await makeCertificates();
      // pyzmq leaves the mode to the umask
      for (const name of ["server", "client"]) chmodSync(join(keys, `hello-${name}${suffix}_secret`), 0o600);
      const { endpoint, server } = await helloServer();
      await helloClient(endpoint, keys).done();
      await server.stop();
      expect(server.stdout).toBe("Received Hello\n".repeat(3));
    });

    test("its client is served with the keys that we make", async () => {
      await makeKeys(keys, "hello-server", "hello-client");
      const { endpoint, server } = await helloServer();
      const certificates = [join(keys, "hello-client"), join(keys, "hello-server")];
      const client = await peer(language, "certified_hello_client", [endpoint, ...certificates, 3]);
      await client.done();
      await server.stop();
      expect(server.stdout).toBe("Received Hello\n".repeat(3));
    });

    test("its authenticator admits the same clients as ours from the same folder, and no others", async () => {
      await makeKeys(keys, "hello-server.key", "hello-client.key");
      await makeKeys(unknown, "hello-client");
      copyFileSync(join(keys, "hello-server.key"), join(unknown, "hello-server"));
      const endpoint = await freeEndpoint();
      const server = await peer(language, "certified_hello_server", [
        endpoint,
        join(keys, "hello-server.key"),
        join(keys, "authorized"),
      ]);
      await helloClient(endpoint, keys).done();
      const refused = role("hello-client", {
        connect: endpoint,
        timeout: 500,
        retries: 2,
        curveDir: unknown,
      });
      expect(await refused.exited()).toEqual({ code: 1, signal: null });
      expect(refused.stdout).not.toContain("Received");
      expect(server.stdout).toBe("Received Hello\n".repeat(3));

      const ours = await helloServer();
      await helloClient(ours.endpoint, keys).done();
      await ours.server.stop();
    });
  });
});

/** A certificate of a name in the folder, rewritten. */
function rewrite(name: string, change: (text: string) => string): void {
  for (const file of [name, `${name}_secret`, join("authorized", name)]) {
    try {
      writeFileSync(join(keys, file), change(readFileSync(join(keys, file), "utf8")));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

test.each<[string, (text: string) => string]>([
  ["indented by tabs", (text) => text.replaceAll("    ", "\t")],
  ["indented by two blanks", (text) => text.replaceAll("    ", "  ")],
  ["indented by eight blanks", (text) => text.replaceAll("    ", "        ")],
  ["with the line ends of Windows", (text) => text.replaceAll("\n", "\r\n")],
  ["without quotes", (text) => text.replaceAll('"', "")],
  [
    "with metadata that is called as the keys",
    (text) =>
      text.replace(
        / +name = .*/,
        `    public-key = "${"0".repeat(40)}"\n    secret-key = "${"0".repeat(40)}"`,
      ),
  ],
])("certificates %s are read", async (_, change) => {
  await makeKeys(keys, "hello-server", "hello-client");
  for (const name of ["hello-server", "hello-client"]) rewrite(name, change);
  const { endpoint, server } = await helloServer();
  await helloClient(endpoint, keys).done();
  await server.stop();
});
