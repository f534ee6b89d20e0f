import { closeSync, lstatSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { curveKeyPair } from "zeromq";
import type { Logger } from "../sockets/logger.js";
import {
  AUTHORIZED,
  CertificateError,
  formatCertificate,
  publicFileNames,
  readCertificate,
  SECRET_SUFFIX,
} from "./certificates.js";

export interface MakeKeysOptions {
  /** Whether to put the public certificate among those of the admitted clients, too. */
  authorize: boolean;
}

/**
 * Checks the name of a key pair, which names files and stands in certificates.
 *
 * @returns The name.
 * @throws {CertificateError} When it is no name, or would be taken for another kind of file.
 */
export function checkKeyName(name: string): string {
  const [plain] = publicFileNames(name);
  const isName = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]*$/u.test(name) && Buffer.byteLength(name) <= 200;
  if (isName && plain.toLowerCase() !== AUTHORIZED && !plain.endsWith(SECRET_SUFFIX)) return name;
  throw new CertificateError(
    `expected a name of letters, digits, '.', '_', '-', '@' and '+' that begins with a letter or a digit, ` +
      `is not 'authorized', and does not end in '_secret'; got '${name}'`,
  );
}

/**
 * Makes a key pair and writes its two certificates, the secret one readable by its owner alone.
 *
 * @param name The name of the public certificate: `worker`, or `worker.key` as pyzmq has it.
 * @returns The files.
 * @throws {CertificateError} When it is no name, or has a file already, with or without `.key`: a key that is in use
 *   is not overwritten.
 */
export function makeKeys(dir: string, name: string, options: MakeKeysOptions): string[] {
  const existing = existingFile(dir, checkKeyName(name), options);
  if (existing !== undefined) {
    throw new CertificateError(`${existing} exists; remove it first if its key is to be replaced`);
  }
  mkdirSync(join(dir, AUTHORIZED), { recursive: true });
  const pair = curveKeyPair();
  const publicText = formatCertificate(name, { publicKey: pair.publicKey });
  return writeFiles([
    { file: join(dir, `${name}${SECRET_SUFFIX}`), text: formatCertificate(name, pair), mode: 0o600 },
    { file: join(dir, name), text: publicText, mode: 0o644 },
    ...(options.authorize ? [{ file: join(dir, AUTHORIZED, name), text: publicText, mode: 0o644 }] : []),
  ]);
}

/**
 * Makes a key pair as {@link makeKeys} does, but leaves a name as it is that has files already, and logs that. A missing
 * public certificate is written again. One that is missing among those of the admitted clients is not: it may have
 * been removed to keep the client out.
 *
 * @returns The files that were written.
 * @throws {CertificateError} When it is no name.
 */
export function makeMissingKeys(dir: string, name: string, options: MakeKeysOptions, log: Logger): string[] {
  const existing = existingFile(dir, checkKeyName(name), options);
  if (existing === undefined) return makeKeys(dir, name, options);
  log.info(`left ${name} as it is: ${existing} exists; to replace its key, remove its files first`);
  return restorePublic(dir, name);
}

/** Writes the public certificate of a secret one, where there is a secret one alone. */
function restorePublic(dir: string, name: string): string[] {
  const publicName = publicFileNames(name).find((each) => exists(join(dir, `${each}${SECRET_SUFFIX}`)));
  if (publicName === undefined || exists(join(dir, publicName))) return [];
  const publicKey = publicKeyIn(join(dir, `${publicName}${SECRET_SUFFIX}`));
  if (publicKey === undefined) return [];
  const text = formatCertificate(publicName, { publicKey });
  return writeFiles([{ file: join(dir, publicName), text, mode: 0o644 }]);
}

function existingFile(dir: string, name: string, { authorize }: MakeKeysOptions): string | undefined {
  const names = publicFileNames(name);
  return [
    ...names.map((each) => join(dir, `${each}${SECRET_SUFFIX}`)),
    ...names.map((each) => join(dir, each)),
    ...(authorize ? names.map((each) => join(dir, AUTHORIZED, each)) : []),
  ].find(exists);
}

/** Whether anything has this name, be it a link that leads nowhere. */
function exists(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

function publicKeyIn(file: string): string | undefined {
  try {
    return readCertificate(file).publicKey;
  } catch {
    return undefined;
  }
}

/** Writes all of the files, or none. */
function writeFiles(files: { file: string; text: string; mode: number }[]): string[] {
  const written: string[] = [];
  try {
    for (const { file, text, mode } of files) {
      const descriptor = openSync(file, "wx", mode);
      written.push(file);
      try {
        writeFileSync(descriptor, text);
      } finally {
        closeSync(descriptor);
      }
    }
    return written;
  } catch (error) {
    for (const file of written) rmSync(file, { force: true });
    throw error;
  }
}
