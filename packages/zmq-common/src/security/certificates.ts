/**
 * Keys in files, in czmq's certificate format (`zcert`, written in ZPL, RFC 4), which pyzmq has too: one file holds
 * the public key and may be given to anyone; another, with `_secret` after its name, holds both and is for its owner
 * alone.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { isKey } from "./z85.js";

/** A certificate that is missing, unreadable, malformed or open to others, or that would replace another one. */
export class CertificateError extends Error {
  override name = "CertificateError";
}

export interface Certificate {
  /** Z85, 40 characters. */
  publicKey: string;
  /** Z85, 40 characters; only in a secret certificate. */
  secretKey?: string | undefined;
}

/** Certificates have a few hundred bytes; longer files than this are not read. */
const MAX_SIZE = 64 * 1024;

/** The subfolder with the certificates of the admitted clients. */
export const AUTHORIZED = "authorized";

/** What czmq and pyzmq put after the file name of a public certificate to name the secret one. */
export const SECRET_SUFFIX = "_secret";

/** The file names that the public certificate of a name, with or without `.key`, may have: czmq's and pyzmq's. */
export function publicFileNames(name: string): [czmq: string, pyzmq: string] {
  const plain = name.replace(/\.key$/, "");
  return [plain, `${plain}.key`];
}

/**
 * Writes a certificate as czmq's `zcert_save_public` and `zcert_save_secret` do.
 *
 * @param name Stands in its metadata, without pyzmq's `.key`.
 */
export function formatCertificate(name: string, { publicKey, secretKey }: Certificate): string {
  const kind = secretKey === undefined ? "Public" : "**Secret**";
  const caution =
    secretKey === undefined
      ? "#   Exchange securely, or use a secure mechanism to verify the contents."
      : "#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.";
  return `#   ZeroMQ CURVE ${kind} Certificate
${caution}

metadata
    name = "${publicFileNames(name)[0]}"
curve
    public-key = "${publicKey}"
${secretKey === undefined ? "" : `    secret-key = "${secretKey}"\n`}`;
}

/**
 * Reads a certificate: the `public-key` and `secret-key` in its section `curve`, whatever the indentation. Of a key
 * that is given twice the first counts, as with czmq.
 *
 * @returns Nothing where there is no valid public key.
 */
export function parseCertificate(text: string): Certificate | undefined {
  const keys = new Map<string, string>();
  const sections: { indentation: number; path: string }[] = [];
  for (const line of text.split(/\r\n?|\n/)) {
    const [, blanks = "", name, value] = /^(\s*)([\w$@.&+/-]+)\s*(?:=\s*(.*)|#.*)?$/s.exec(line) ?? [];
    if (name === undefined) continue;
    const indentation = blanks.replaceAll("\t", "    ").length;
    // A value without any indentation belongs to the section above it all the same
    const outermost = value === undefined ? 0 : 1;
    while (sections.length > outermost && (sections.at(-1)?.indentation ?? 0) >= indentation) sections.pop();
    const section = sections.at(-1)?.path ?? "";
    if (value === undefined) sections.push({ indentation, path: `${section}/${name}` });
    else if (section === "/curve" && !keys.has(name)) keys.set(name, unquoted(value));
  }
  const [publicKey, secretKey] = ["public-key", "secret-key"].map((name) => {
    const key = keys.get(name);
    return key !== undefined && isKey(key) ? key : undefined;
  });
  return publicKey === undefined ? undefined : { publicKey, secretKey };
}

function unquoted(value: string): string {
  const [, double, single, bare = ""] = /^(?:"([^"]*)"|'([^']*)'|(\S*))/.exec(value) ?? [];
  return double ?? single ?? bare;
}

/**
 * Reads a certificate from a file.
 *
 * @throws {CertificateError} Naming the file, and what is wrong with it.
 */
export function readCertificate(file: string): Certificate & { stats: Stats } {
  const { text, stats } = readText(file);
  const certificate = parseCertificate(text);
  if (certificate === undefined)
    throw new CertificateError(`${file} is no certificate: it holds no public key`);
  return { ...certificate, stats };
}

/**
 * Reads a file that may hold a certificate. Only a short regular file is opened, so that this never waits.
 *
 * @returns Its text, and its stats from before it was read.
 * @throws {CertificateError} When it cannot be read.
 */
export function readText(file: string): { text: string; stats: Stats } {
  let descriptor: number | undefined;
  try {
    const found = statSync(file);
    if (!found.isFile()) throw new CertificateError(`${file} is no certificate: it is not a regular file`);
    if (found.size > MAX_SIZE) {
      throw new CertificateError(`${file} is no certificate: it is longer than ${MAX_SIZE} bytes`);
    }
    // Should a pipe have taken its place by now, this does not wait for a writer
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(descriptor);
    const content = Buffer.alloc(Math.min(stats.size, MAX_SIZE));
    const length = readSync(descriptor, content, 0, content.length, 0);
    return { text: content.toString("utf8", 0, length), stats };
  } catch (cause) {
    if (cause instanceof CertificateError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new CertificateError(`cannot read the certificate ${file}: ${code}`, { cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
