/**
 * Keys in files, in czmq's certificate format (`zcert`, written in ZPL, RFC 4): `name` holds the public key and
 * may be given to anyone, `name_secret` holds both and is for its owner alone.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { curveKeyPair } from "zeromq";
import type { SocketKeys } from "../sockets/context.js";
import { isKey } from "./z85.js";

/** A key file that is missing, unreadable or open to others. */
export class CertificateError extends Error {
  override name = "CertificateError";
}

export interface Certificate {
  /** Z85, 40 characters. */
  publicKey: string;
  /** Z85, 40 characters; only in a secret certificate. */
  secretKey?: string | undefined;
}

type KeyPair = { [K in keyof Certificate]-?: string };

/** Writes a certificate as czmq's `zcert_save_public` and `zcert_save_secret` do. */
export function formatCertificate(name: string, { publicKey, secretKey }: Certificate): string {
  const kind = secretKey === undefined ? "Public" : "**Secret**";
  const caution =
    secretKey === undefined
      ? "#   Exchange securely, or use a secure mechanism to verify the contents."
      : "#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.";
  return `#   ZeroMQ CURVE ${kind} Certificate
${caution}

metadata
    name = "${name}"
curve
    public-key = "${publicKey}"
${secretKey === undefined ? "" : `    secret-key = "${secretKey}"\n`}`;
}

/**
 * Reads a certificate: the `public-key` and `secret-key` under `curve`.
 *
 * @returns Nothing where there is no valid public key.
 */
export function parseCertificate(text: string): Certificate | undefined {
  const value = (name: string) => {
    const key = new RegExp(String.raw`^ {4}${name} *= *(?:"([^"]*)"|'([^']*)'|(\S*))`, "m").exec(text);
    const given = key?.[1] ?? key?.[2] ?? key?.[3] ?? "";
    return isKey(given) ? given : undefined;
  };
  const publicKey = value("public-key");
  return publicKey === undefined ? undefined : { publicKey, secretKey: value("secret-key") };
}

/** The keys that a role finds in its `--curve-dir`. */
export class CurveKeys implements SocketKeys {
  readonly #dir: string;
  readonly #own: KeyPair;

  /**
   * @param dir Holds the role's secret certificate `<name>_secret`, the certificates of the servers it connects
   *   to, each under the server's name, and in `authorized/` those of the clients it admits.
   * @param name The role's name.
   * @throws {CertificateError} When the secret certificate is missing, malformed, or others may read it.
   */
  constructor(dir: string, name: string) {
    this.#dir = dir;
    const file = join(dir, `${name}_secret`);
    const { publicKey, secretKey } = readCertificate(file);
    if (secretKey === undefined) throw new CertificateError(`${file} holds no secret key`);
    // Windows keeps no such bits
    if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
      throw new CertificateError(`${file} can be read by others; make it private: chmod 600 ${file}`);
    }
    this.#own = { publicKey, secretKey };
  }

  /** Where the certificates of the admitted clients are. */
  get authorizedDir(): string {
    return join(this.#dir, "authorized");
  }

  /** Socket options of the side that binds (`ZMQ_CURVE_SERVER`). */
  server() {
    const { publicKey, secretKey } = this.#own;
    return { curveServer: true, curvePublicKey: publicKey, curveSecretKey: secretKey };
  }

  /**
   * Socket options of the side that connects (`ZMQ_CURVE_SERVERKEY`).
   *
   * @param server The name of the server's certificate.
   * @throws {CertificateError} When there is none.
   */
  client(server: string) {
    const { publicKey, secretKey } = this.#own;
    const { publicKey: curveServerKey } = readCertificate(join(this.#dir, server));
    return { curveServerKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
  }

  /**
   * The name under which a client is admitted. Read from the files anew each time: adding or removing one takes
   * effect at the next handshake.
   *
   * @param publicKey The client's, in Z85.
   */
  authorized(publicKey: string): string | undefined {
    return listFolder(this.authorizedDir).find((name) => {
      try {
        return readCertificate(join(this.authorizedDir, name)).publicKey === publicKey;
      } catch {
        // A file that is none of ours, or is being replaced, keeps nobody else out
        return false;
      }
    });
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Makes a key pair and writes its two certificates, the secret one readable by its owner alone.
 *
 * @param authorize Whether to put the public certificate among those of the admitted clients, too.
 * @returns The files.
 * @throws {CertificateError} When any of them exists: a key that is in use is not overwritten.
 */
export function makeKeys(dir: string, name: string, { authorize }: { authorize: boolean }): string[] {
  const pair = curveKeyPair();
  const authorizedDir = join(dir, "authorized");
  mkdirSync(authorizedDir, { recursive: true });
  const publicText = formatCertificate(name, { publicKey: pair.publicKey });
  const files = [
    { file: join(dir, `${name}_secret`), text: formatCertificate(name, pair), mode: 0o600 },
    { file: join(dir, name), text: publicText, mode: 0o644 },
    ...(authorize ? [{ file: join(authorizedDir, name), text: publicText, mode: 0o644 }] : []),
  ];
  // Before the first is written, so that there is never half a pair
  const taken = files.find(({ file }) => existsSync(file));
  if (taken !== undefined) {
    throw new CertificateError(`${taken.file} exists; remove it first if its key is to be replaced`);
  }
  for (const { file, text, mode } of files) writeFileSync(file, text, { mode, flag: "wx" });
  return files.map(({ file }) => file);
}

function readCertificate(file: string): Certificate {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CertificateError(
      `cannot read the certificate ${file}: ${(error as NodeJS.ErrnoException).code}`,
      {
        cause: error,
      },
    );
  }
  const certificate = parseCertificate(text);
  if (certificate === undefined)
    throw new CertificateError(`${file} is no certificate: it holds no public key`);
  return certificate;
}
