/** Odd files in a folder of authorized keys neither stop a server nor slow it down. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { freeEndpoint, role } from "process-kit/jest";
import { curveKeyPair, Request } from "zeromq";
import { formatCertificate, parseCertificate } from "zmq-common";
import { connected } from "../support/sockets.js";

const posix = process.platform === "win32" ? test.skip : test;

let folder = "";
let authorized = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "odd-keys-"));
  authorized = join(folder, "authorized");
  await role("keys", { names: ["hello-server", "hello-client"], dir: folder }).done();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** hello-server, once it waits for requests. */
async function helloServer() {
  const endpoint = await freeEndpoint();
  const server = role("hello-server", { bind: endpoint, work: 0, curveDir: folder });
  await server.untilLogged(/waiting for requests/);
  return { endpoint, server };
}

const helloClient = (endpoint: string) =>
  role("hello-client", { connect: endpoint, requests: 1, timeout: 1000, retries: 3, curveDir: folder });

/** A client inside the test, with the keys of hello-client, or others. */
function client(endpoint: string, { publicKey, secretKey = "" } = readPair()): Request {
  const { publicKey: curveServerKey } = read("hello-server");
  const keys = { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey };
  return connected(new Request({ linger: 0, ...keys }), endpoint);
}
const read = (name: string) => {
  const certificate = parseCertificate(readFileSync(join(folder, name), "utf8"));
  if (certificate === undefined) throw new Error(`Expected ${name} to be a certificate`);
  return certificate;
};
const readPair = () => read("hello-client_secret");

posix(
  "with files of any type, size and permission in the folder, clients are served and SIGTERM ends the server",
  async () => {
    const path = (name: string) => join(authorized, name);
    mkdirSync(path("a-folder"));
    execFileSync("mkfifo", [path("a-pipe")]);
    await using socket = createServer();
    await once(socket.listen(path("a-socket")), "listening");
    for (const [name, target] of [
      ["a-broken-link", "nowhere"],
      ["a-circle", "a-circle"],
      ["a-link-to-a-pipe", "a-pipe"],
      ["a-link-to-a-folder", ".."],
      ["a-link-to-a-device", "/dev/zero"],
      ["a-link-to-a-terminal", "/dev/tty"],
    ] as const) {
      symlinkSync(target, path(name));
    }
    writeFileSync(
      path("an-unreadable-file"),
      formatCertificate("x", { publicKey: curveKeyPair().publicKey }),
    );
    chmodSync(path("an-unreadable-file"), 0);
    writeFileSync(path("an-empty-file"), "");
    writeFileSync(path("a-binary-file"), Buffer.from([0xff, 0, 1, 0xfe, 10, 0xc0]));
    for (const [name, size] of [
      ["a-huge-file", 1024 ** 4],
      ["a-large-file", 3 * 1024 ** 3],
    ] as const) {
      writeFileSync(path(name), formatCertificate("x", { publicKey: curveKeyPair().publicKey }));
      truncateSync(path(name), size);
    }
    const { endpoint, server } = await helloServer();
    for (let n = 0; n < 3; n++) await helloClient(endpoint).done();
    await server.stop();
    expect(server.stdout).toBe("Received Hello\n".repeat(3));
  },
);

posix("with another file in place of its own keys, the server says what is there", async () => {
  for (const [name, make] of [
    ["a folder", (file: string) => mkdirSync(file)],
    ["a pipe", (file: string) => execFileSync("mkfifo", [file])],
    ["a device", (file: string) => symlinkSync("/dev/zero", file)],
  ] as const) {
    const file = join(folder, "hello-server_secret");
    rmSync(file);
    make(file);
    const server = role("hello-server", { curveDir: folder });
    expect([name, await server.exited()]).toEqual([name, { code: 1, signal: null }]);
    expect(server.logged().at(-1)?.msg).toBe(`${file} is no certificate: it is not a regular file`);
    rmSync(file, { recursive: true });
    writeFileSync(file, "");
  }
});

test("with 10,000 certificates, unknown clients do not make a known one wait", async () => {
  for (let n = 0; n < 10_000; n++) {
    const publicKey = String(n).padStart(40, "0");
    writeFileSync(join(authorized, `client-${n}`), formatCertificate(`client-${n}`, { publicKey }));
  }
  const { endpoint, server } = await helloServer();
  for (let n = 0; n < 5; n++) {
    for (let unknown = 0; unknown < 40; unknown++) client(endpoint, curveKeyPair());
    await server.untilLogged(/^refused 127\.0\.0\.1/);
    // Reading all of the files for each unknown client takes six seconds and more
    const began = performance.now();
    const known = client(endpoint);
    await known.send("Hello");
    expect(String(await known.receive())).toBe("World");
    expect(performance.now() - began).toBeLessThan(2000);
  }
  await server.stop();
});

test("the folder may vanish and appear, and a file may be replaced or written in parts", async () => {
  const { endpoint, server } = await helloServer();
  const text = readFileSync(join(folder, "hello-client"), "utf8");
  const file = join(authorized, "hello-client");
  let served = 0;
  const expectServed = async () => {
    await helloClient(endpoint).done();
    served += 1;
  };
  const expectRefused = async () => {
    expect(await helloClient(endpoint).exited()).toEqual({ code: 1, signal: null });
  };
  await expectServed();
  rmSync(authorized, { recursive: true });
  await expectRefused();
  mkdirSync(authorized);
  writeFileSync(file, text.slice(0, -20));
  await expectRefused();
  writeFileSync(file, text);
  await expectServed();
  writeFileSync(file, formatCertificate("another", { publicKey: curveKeyPair().publicKey }));
  await expectRefused();
  copyFileSync(join(folder, "hello-client"), join(authorized, ".new"));
  renameSync(join(authorized, ".new"), file);
  await expectServed();
  renameSync(authorized, `${authorized}-moved`);
  await expectRefused();
  renameSync(`${authorized}-moved`, authorized);
  await expectServed();
  await server.stop();
  expect(server.stdout).toBe("Received Hello\n".repeat(served));
});
