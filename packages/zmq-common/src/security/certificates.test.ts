import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { curveKeyPair } from "zeromq";
import { CertificateError, formatCertificate, parseCertificate, readCertificate } from "./certificates.js";

describe("a certificate", () => {
  const { publicKey, secretKey } = curveKeyPair();
  const other = curveKeyPair().publicKey;

  test("is read as it was written", () => {
    expect(parseCertificate(formatCertificate("worker", { publicKey, secretKey }))).toEqual({
      publicKey,
      secretKey,
    });
    expect(parseCertificate(formatCertificate("worker", { publicKey }))).toEqual({ publicKey });
  });

  test("is read as czmq writes it", () => {
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

  test("is read as pyzmq writes it, with any field in its metadata", () => {
    const text = `#   ****  Generated on 2026-11-25 18:15:21.260849 by pyzmq  ****
#   ZeroMQ CURVE **Secret** Certificate
#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.

metadata
    email = someone@example.org
    public-key = ${other}
    secret-key = "${other}"
curve
    public-key = "${publicKey}"
    secret-key = "${secretKey}"
`;
    expect(parseCertificate(text)).toEqual({ publicKey, secretKey });
  });

  test.each([
    ["a tab", "\t"],
    ["two blanks", "  "],
    ["eight blanks", "        "],
    ["a blank and a tab", " \t"],
    ["nothing", ""],
  ])("may be indented by %s", (_, indentation) => {
    const text = `metadata
${indentation}public-key = "${other}"
curve
${indentation}public-key = "${publicKey}"
${indentation}secret-key = "${secretKey}"
`;
    expect(parseCertificate(text)).toEqual({ publicKey, secretKey });
  });

  test.each<[string, string]>([
    [
      "blanks and tabs, line by line",
      `curve\n\tsecret-key = "${secretKey}"\n    public-key = "${publicKey}"\n`,
    ],
    [
      "as a whole",
      `  metadata\n    name = "a"\n  curve\n    public-key = "${publicKey}"\n    secret-key = "${secretKey}"`,
    ],
    ["for Windows", `\uFEFFcurve\r\n    public-key = "${publicKey}"\r\n    secret-key = "${secretKey}"\r\n`],
    [
      "with the keys first",
      `curve\n  public-key='${publicKey}'\n  secret-key\t=\t${secretKey} \nmetadata\n  public-key = "${other}"\n`,
    ],
    [
      "with comments",
      `# curve\ncurve # keys\n  # public-key = "${other}"\n  public-key = "${publicKey}" # mine\n  secret-key = "${secretKey}"\n`,
    ],
    [
      "with a section inside",
      `curve\n    old\n        public-key = "${other}"\n    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
    ],
    [
      "with a curve inside another section",
      `metadata\n    curve\n        public-key = "${other}"\ncurve\n    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
    ],
    [
      "with a key twice",
      `curve\n    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n    public-key = "${other}"\n`,
    ],
    [
      "with like names",
      `curve\n    old-public-key = "${other}"\n    public-key-2 = "${other}"\n    public-key = "${publicKey}"\n    secret-key = "${secretKey}"\n`,
    ],
  ])("may be written %s", (_, text) => {
    expect(parseCertificate(text)).toEqual({ publicKey, secretKey });
  });

  test.each([
    ["nothing", ""],
    ["no key", 'curve\n    public-key = ""\n'],
    ["a key that is too short", 'curve\n    public-key = "abc"\n'],
    ["a comment", `#    public-key = "${publicKey}"\n`],
    ["a key in its metadata", `metadata\n    public-key = "${publicKey}"\n`],
    ["a key in no section", `public-key = "${publicKey}"\n`],
    ["a section inside a section", `curve\n    curve\n        public-key = "${publicKey}"\n`],
    ["a long line", `curve\n    public-key =${" ".repeat(60_000)}\u2028`],
  ])("of %s is none", (_, text) => {
    expect(parseCertificate(text)).toBeUndefined();
  });
});

describe("a file", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "certificates-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });
  const posix = process.platform === "win32" ? test.skip : test;

  const expectError = (name: string, message: string) => {
    const file = join(dir, name);
    expect(() => readCertificate(file)).toThrow(CertificateError);
    expect(() => readCertificate(file)).toThrow(message.replace("FILE", file));
  };

  test("that is missing is named", () => {
    expectError("worker", "cannot read the certificate FILE: ENOENT");
  });

  test("that is a folder is none", () => {
    mkdirSync(join(dir, "worker"));
    expectError("worker", "FILE is no certificate: it is not a regular file");
  });

  test("that is too long is none, and not read", () => {
    writeFileSync(join(dir, "worker"), "");
    truncateSync(join(dir, "worker"), 1024 ** 4);
    expectError("worker", "FILE is no certificate: it is longer than 65536 bytes");
  });

  posix("that is a pipe is none, and not waited for", () => {
    execFileSync("mkfifo", [join(dir, "worker")]);
    expectError("worker", "FILE is no certificate: it is not a regular file");
  });

  posix("that is a link counts as what it leads to", () => {
    const { publicKey } = curveKeyPair();
    writeFileSync(join(dir, "worker"), formatCertificate("worker", { publicKey }));
    symlinkSync("worker", join(dir, "link"));
    expect(readCertificate(join(dir, "link")).publicKey).toBe(publicKey);
    symlinkSync("nowhere", join(dir, "broken"));
    expectError("broken", "cannot read the certificate FILE: ENOENT");
    symlinkSync("circle", join(dir, "circle"));
    expectError("circle", "cannot read the certificate FILE: ELOOP");
    symlinkSync("/dev/zero", join(dir, "endless"));
    expectError("endless", "FILE is no certificate: it is not a regular file");
  });
});
