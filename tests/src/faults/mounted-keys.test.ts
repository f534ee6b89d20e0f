/** Keys as orchestrators mount them: links into a folder that is replaced as a whole, to files of another owner. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { freeEndpoint, role, type RunningProcess, testWith } from "process-kit/jest";

/** The owner of the files, and the group that may read them: any two numbers. */
const OWNER = 21_001;
const GROUP = 21_002;

let folder = "";
let made = "";
let mount = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mounted-"));
  [made, mount] = [join(folder, "made"), join(folder, "mount")];
  await role("keys", { names: ["hello-server", "hello-client"], dir: made }).done();
  mkdirSync(mount);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

let versions = 0;

/** Shows the files in the mount, as Kubernetes does it: in a new folder, to which a link is then moved. */
function show(...files: string[]): void {
  const version = `..${(versions += 1)}`;
  mkdirSync(join(mount, version, "authorized"), { recursive: true });
  for (const file of files) copyFileSync(join(made, file), join(mount, version, file));
  symlinkSync(version, join(mount, "..next"));
  renameSync(join(mount, "..next"), join(mount, "..data"));
  for (const name of readdirSync(join(mount, version))) {
    rmSync(join(mount, name), { force: true });
    symlinkSync(join("..data", name), join(mount, name));
  }
}

const helloClient = (endpoint: string) =>
  role("hello-client", { connect: endpoint, requests: 1, timeout: 500, retries: 3, curveDir: made });

/** One client is served; then the server is stopped. */
async function expectServes(server: RunningProcess, endpoint: string): Promise<void> {
  await helloClient(endpoint).done();
  await server.stop();
}

test("clients are admitted and refused as the mount changes", async () => {
  const endpoint = await freeEndpoint();
  show("hello-server_secret");
  const server = role("hello-server", { bind: endpoint, work: 0, curveDir: mount });
  await server.untilLogged(/waiting for requests/);
  for (let n = 0; n < 2; n++) {
    show("hello-server_secret", join("authorized", "hello-client"));
    await helloClient(endpoint).done();
    show("hello-server_secret");
    expect(await helloClient(endpoint).exited()).toEqual({ code: 1, signal: null });
  }
  await server.stop();
  expect(server.stdout).toBe("Received Hello\n".repeat(2));
});

// Takes root, as network namespaces do
for (const mode of [0o440, 0o640]) {
  testWith("netns", `a secret of another owner may be read by its group: ${mode.toString(8)}`, async () => {
    const endpoint = await freeEndpoint();
    show("hello-server_secret", join("authorized", "hello-client"));
    chownSync(join(mount, "hello-server_secret"), OWNER, GROUP);
    chmodSync(join(mount, "hello-server_secret"), mode);
    await expectServes(role("hello-server", { bind: endpoint, work: 0, curveDir: mount }), endpoint);
  });
}

testWith("netns", "so may a secret of the same owner that is mounted read-only", async () => {
  const endpoint = await freeEndpoint();
  show("hello-server_secret", join("authorized", "hello-client"));
  chmodSync(join(mount, "hello-server_secret"), 0o440);
  const writable = role("hello-server", { curveDir: mount });
  expect(await writable.exited()).toEqual({ code: 1, signal: null });
  expect(writable.logged().at(-1)?.msg).toMatch(/hello-server_secret can be read by others; make it private/);

  const remount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
  const server = role(
    "hello-server",
    { bind: endpoint, work: 0, curveDir: mount },
    { via: ["unshare", "--mount", "sh", "-c", remount, mount] },
  );
  await expectServes(server, endpoint);
});

testWith("netns", "a secret that all users may read is refused, of any owner", async () => {
  show("hello-server_secret");
  const file = join(mount, "hello-server_secret");
  for (const [owner, advice] of [
    [process.geteuid?.() ?? 0, `make it private: chmod 600 ${file}`],
    [OWNER, "its owner, or what mounts it, must set its mode to 0400 or 0440"],
  ] as const) {
    chownSync(file, owner, GROUP);
    chmodSync(file, 0o444);
    const server = role("hello-server", { curveDir: mount });
    expect(await server.exited()).toEqual({ code: 1, signal: null });
    expect(server.logged().at(-1)?.msg).toBe(`${file} can be read by others; ${advice}`);
  }
});
