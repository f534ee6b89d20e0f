import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { curveKeyPair } from "zeromq";
import {
  formatCertificate,
  CertificateError,
  CurveKeys,
  makeKeys,
  parseCertificate,
} from "./certificates.js";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certificates-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const read = (...names: string[]) => readFileSync(join(dir, ...names), "utf8");

describe("a certificate", () => {
  test("is read as it was written", () => {
    const pair = curveKeyPair();
    expect(parseCertificate(formatCertificate("worker", pair))).toEqual(pair);
    const { publicKey } = pair;
    expect(parseCertificate(formatCertificate("worker", { publicKey }))).toEqual({ publicKey });
  });

  test("is read as czmq writes it", () => {
    const { publicKey, secretKey } = curveKeyPair();
    const text = `#   ****  Generated on 2026-11-23 09:00:00 by CZMQ  ****
#   ZeroMQ CURVE **Secret** Certificate
#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.

metadata
    email = "someone@example.org"
curve
    public-key = "${publicKey}"
    secret-key = "${secretKey}"
`;
    expect(parseCertificate(text)).toEqual({ publicKey, secretKey });
  });

  test.each([
    ["nothing", ""],
    ["no key", 'curve\n    public-key = ""\n'],
    ["a key that is too short", 'curve\n    public-key = "abc"\n'],
    ["a comment", `#    public-key = "${curveKeyPair().publicKey}"\n`],
  ])("of %s is none", (_, text) => {
    expect(parseCertificate(text)).toBeUndefined();
  });
});

describe("making keys", () => {
  test("writes a public and a secret certificate, and one for the servers to admit", () => {
    const files = makeKeys(dir, "worker", { authorize: true });
    expect(files).toEqual([
      join(dir, "worker_secret"),
      join(dir, "worker"),
      join(dir, "authorized", "worker"),
    ]);
    expect(read("worker")).toContain('name = "worker"');
    expect(read("authorized", "worker")).toBe(read("worker"));
    expect(read("worker")).not.toContain("secret-key");
    expect(parseCertificate(read("worker_secret"))?.publicKey).toBe(
      parseCertificate(read("worker"))?.publicKey,
    );
  });

  test("authorizes only whom it is told to", () => {
    makeKeys(dir, "server", { authorize: false });
    expect(readdirSync(join(dir, "authorized"))).toEqual([]);
  });

  (process.platform === "win32" ? test.skip : test)("keeps the secret to its owner", () => {
    makeKeys(dir, "worker", { authorize: true });
    expect((statSync(join(dir, "worker_secret")).mode & 0o777).toString(8)).toBe("600");
  });

  test("overwrites nothing", () => {
    makeKeys(dir, "worker", { authorize: true });
    const before = read("worker_secret");
    const again = () => makeKeys(dir, "worker", { authorize: true });
    expect(again).toThrow(CertificateError);
    expect(again).toThrow(
      `${join(dir, "worker_secret")} exists; remove it first if its key is to be replaced`,
    );
    expect(read("worker_secret")).toBe(before);
  });

  test.each(["worker", join("authorized", "worker")])(
    "and leaves no half of a pair where %s exists",
    (name) => {
      mkdirSync(join(dir, "authorized"));
      writeFileSync(join(dir, name), "in use");
      expect(() => makeKeys(dir, "worker", { authorize: true })).toThrow(`${join(dir, name)} exists`);
      expect(existsSync(join(dir, "worker_secret"))).toBe(false);
      expect(read(name)).toBe("in use");
    },
  );
});

describe("the keys of a role", () => {
  test("are its own, its servers', and those of the clients it admits", () => {
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
    expect(keys.authorized(own?.publicKey ?? "")).toBe("worker");
    expect(keys.authorized(server?.publicKey ?? "")).toBeUndefined();
  });

  test("are looked up anew each time", () => {
    makeKeys(dir, "worker", { authorize: true });
    const keys = new CurveKeys(dir, "worker");
    const publicKey = parseCertificate(read("worker"))?.publicKey ?? "";
    rmSync(join(dir, "authorized", "worker"));
    expect(keys.authorized(publicKey)).toBeUndefined();
    writeFileSync(join(dir, "authorized", "again"), read("worker"));
    expect(keys.authorized(publicKey)).toBe("again");
    rmSync(join(dir, "authorized"), { recursive: true });
    expect(keys.authorized(publicKey)).toBeUndefined();
  });

  test("one bad file among the authorized ones keeps nobody else out", () => {
    makeKeys(dir, "worker", { authorize: true });
    writeFileSync(join(dir, "authorized", "a-bad-one"), Buffer.from([0xff, 0, 1]));
    mkdirSync(join(dir, "authorized", "a-folder"));
    const keys = new CurveKeys(dir, "worker");
    expect(keys.authorized(parseCertificate(read("worker"))?.publicKey ?? "")).toBe("worker");
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

  (process.platform === "win32" ? test.skip : test).each([0o640, 0o604, 0o644])(
    "that others can read (mode %o) are refused, naming the file",
    (mode) => {
      makeKeys(dir, "worker", { authorize: false });
      const file = join(dir, "worker_secret");
      chmodSync(file, mode);
      expect(() => new CurveKeys(dir, "worker")).toThrow(
        `${file} can be read by others; make it private: chmod 600 ${file}`,
      );
    },
  );

  test("without the server's certificate there is no connecting to it", () => {
    makeKeys(dir, "worker", { authorize: false });
    expect(() => new CurveKeys(dir, "worker").client("ventilator")).toThrow(
      /^cannot read the certificate .*ventilator: ENOENT$/,
    );
  });
});
