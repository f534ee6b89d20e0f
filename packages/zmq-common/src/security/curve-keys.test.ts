import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { CertificateError, parseCertificate } from "./certificates.js";
import { CurveKeys } from "./curve-keys.js";
import { makeKeys } from "./make-keys.js";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "curve-keys-"));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

const read = (...names: string[]) => readFileSync(join(dir, ...names), "utf8");
const posix = process.platform === "win32" ? test.skip : test;

describe("the keys of a role", () => {
  test("are its own, its servers', and those of the clients it admits", async () => {
    makeKeys(dir, "worker", { authorize: true });
    makeKeys(dir, "ventilator", { authorize: false });
    const keys = new CurveKeys(dir, "worker");
    const own = parseCertificate(read("worker_secret"));
    const server = parseCertificate(read("ventilator"));
    expect(keys.server()).toEqual({
      curveServer: true,
      curvePublicKey: own?.publicKey,
      curveSecretKey: own?.secretKey,
    });
    expect(keys.client("ventilator")).toEqual({
      curveServerKey: server?.publicKey,
      curvePublicKey: own?.publicKey,
      curveSecretKey: own?.secretKey,
    });
    expect(await keys.authorized(own?.publicKey ?? "")).toBe("worker");
    expect(await keys.authorized(server?.publicKey ?? "")).toBeUndefined();
  });

  test("are looked up each time", async () => {
    makeKeys(dir, "worker", { authorize: true });
    const keys = new CurveKeys(dir, "worker");
    const publicKey = parseCertificate(read("worker"))?.publicKey ?? "";
    rmSync(join(dir, "authorized", "worker"));
    expect(await keys.authorized(publicKey)).toBeUndefined();
    writeFileSync(join(dir, "authorized", "again"), read("worker"));
    expect(await keys.authorized(publicKey)).toBe("again");
    rmSync(join(dir, "authorized"), { recursive: true });
    expect(await keys.authorized(publicKey)).toBeUndefined();
  });

  test("one bad file among the authorized ones keeps nobody else out", async () => {
    makeKeys(dir, "worker", { authorize: true });
    writeFileSync(join(dir, "authorized", "a-bad-one"), Buffer.from([0xff, 0, 1]));
    mkdirSync(join(dir, "authorized", "a-folder"));
    const keys = new CurveKeys(dir, "worker");
    expect(await keys.authorized(parseCertificate(read("worker"))?.publicKey ?? "")).toBe("worker");
  });

  test.each<[string, () => void, RegExp]>([
    ["missing", () => {}, /^cannot read the certificate .*worker_secret: ENOENT$/],
    [
      "no certificate",
      () => writeFileSync(join(dir, "worker_secret"), "", { mode: 0o600 }),
      /worker_secret is no certificate/,
    ],
    [
      "without the secret",
      () => {
        makeKeys(dir, "other", { authorize: false });
        writeFileSync(join(dir, "worker_secret"), read("other"), { mode: 0o600 });
      },
      /worker_secret holds no secret key$/,
    ],
  ])("that are %s are refused, naming the file", (_, prepare, message) => {
    prepare();
    expect(() => new CurveKeys(dir, "worker")).toThrow(CertificateError);
    expect(() => new CurveKeys(dir, "worker")).toThrow(message);
  });

  posix.each([0o640, 0o604, 0o644])("that others can read (mode %o) are refused, naming the file", (mode) => {
    makeKeys(dir, "worker", { authorize: false });
    const file = join(dir, "worker_secret");
    chmodSync(file, mode);
    expect(() => new CurveKeys(dir, "worker")).toThrow(
      `${file} can be read by others; make it private: chmod 600 ${file}`,
    );
  });

  test("without the server's certificate there is no connecting to it", () => {
    makeKeys(dir, "worker", { authorize: false });
    expect(() => new CurveKeys(dir, "worker").client("ventilator")).toThrow(
      /^cannot read the certificate .*ventilator: ENOENT$/,
    );
  });

  test.each([
    ["czmq's", "worker", "ventilator"],
    ["pyzmq's", "worker.key", "ventilator.key"],
    ["both tools'", "worker", "ventilator.key"],
  ])("are found under %s names", async (_, own, server) => {
    makeKeys(dir, own, { authorize: true });
    makeKeys(dir, server, { authorize: false });
    const keys = new CurveKeys(dir, "worker");
    const pair = parseCertificate(read(`${own}_secret`));
    expect(keys.server()).toMatchObject({ curvePublicKey: pair?.publicKey, curveSecretKey: pair?.secretKey });
    expect(keys.client("ventilator").curveServerKey).toBe(parseCertificate(read(server))?.publicKey);
    expect(await keys.authorized(pair?.publicKey ?? "")).toBe(own);
  });

  test("are czmq's where both are there", () => {
    makeKeys(dir, "other.key", { authorize: false });
    makeKeys(dir, "worker", { authorize: false });
    for (const ending of ["", "_secret"])
      renameSync(join(dir, `other.key${ending}`), join(dir, `worker.key${ending}`));
    const own = parseCertificate(read("worker"))?.publicKey;
    expect(new CurveKeys(dir, "worker").client("worker")).toMatchObject({
      curvePublicKey: own,
      curveServerKey: own,
    });
  });

  test("that are in no file are refused, naming it", () => {
    mkdirSync(join(dir, "worker_secret"));
    expect(() => new CurveKeys(dir, "worker")).toThrow(
      /worker_secret is no certificate: it is not a regular file$/,
    );
  });
});

// An orchestrator mounts a secret as a file of root, readable by a group that the role is in; the role cannot change that
describe("a secret of another owner", () => {
  let file = "";
  beforeEach(() => {
    makeKeys(dir, "worker", { authorize: false });
    file = join(dir, "worker_secret");
    const { uid } = statSync(file);
    if (process.geteuid !== undefined) jest.spyOn(process, "geteuid").mockReturnValue(uid + 1);
  });

  posix.each([0o440, 0o640, 0o400, 0o600, 0o040])("may be read by its group (mode %o)", (mode) => {
    chmodSync(file, mode);
    expect(() => new CurveKeys(dir, "worker")).not.toThrow();
  });

  posix.each([0o444, 0o644, 0o604, 0o660, 0o641])("may be no more open than that (mode %o)", (mode) => {
    chmodSync(file, mode);
    expect(() => new CurveKeys(dir, "worker")).toThrow(
      new CertificateError(
        `${file} can be read by others; its owner, or what mounts it, must set its mode to 0400 or 0440`,
      ),
    );
  });

  posix("is followed through the links of a mount", async () => {
    const version = join(dir, "..2026_11_25");
    mkdirSync(join(version, "authorized"), { recursive: true });
    for (const name of ["worker_secret", "worker"]) renameSync(join(dir, name), join(version, name));
    copyFileSync(join(version, "worker"), join(version, "authorized", "worker"));
    chmodSync(join(version, "worker_secret"), 0o440);
    rmSync(join(dir, "authorized"), { recursive: true });
    symlinkSync("..2026_11_25", join(dir, "..data"));
    for (const name of ["worker_secret", "authorized"]) symlinkSync(join("..data", name), join(dir, name));
    const keys = new CurveKeys(dir, "worker");
    expect(await keys.authorized(keys.server().curvePublicKey)).toBe("worker");
  });
});
