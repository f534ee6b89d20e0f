import { chmodSync, existsSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { SocketKeys } from "../sockets/context.js";
import { AuthorizedKeys } from "./authorized-keys.js";
import {
  AUTHORIZED,
  type Certificate,
  CertificateError,
  publicFileNames,
  readCertificate,
  SECRET_SUFFIX,
} from "./certificates.js";

type KeyPair = { [K in keyof Certificate]-?: string };

/** The keys that a role finds in its `--curve-dir`, under the file names of czmq (`name`) or pyzmq (`name.key`). */
export class CurveKeys implements SocketKeys {
  readonly #dir: string;
  readonly #own: KeyPair;
  readonly #authorized: AuthorizedKeys;

  /**
   * @param dir Holds the role's secret certificate `<name>_secret`, the certificates of the servers it connects
   *   to, each under the server's name, and in `authorized/` those of the clients it admits.
   * @param name The role's name.
   * @throws {CertificateError} When the secret certificate is missing, malformed, or others may read it.
   */
  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#authorized = new AuthorizedKeys(join(dir, AUTHORIZED));
    const file = firstFile(
      dir,
      publicFileNames(name).map((each) => `${each}${SECRET_SUFFIX}`),
    );
    const { publicKey, secretKey, stats } = readCertificate(file);
    if (secretKey === undefined) throw new CertificateError(`${file} holds no secret key`);
    checkPrivate(file, stats);
    this.#own = { publicKey, secretKey };
  }

  /** Where the certificates of the admitted clients are. */
  get authorizedDir(): string {
    return this.#authorized.dir;
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
    const { publicKey: curveServerKey } = readCertificate(firstFile(this.#dir, publicFileNames(server)));
    return { curveServerKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
  }

  /**
   * The file name of the certificate by which a client is admitted; see {@link AuthorizedKeys.find}.
   *
   * @param publicKey The client's, in Z85.
   */
  authorized(publicKey: string): Promise<string | undefined> {
    return this.#authorized.find(publicKey);
  }
}

/** The first of the files that exists, or else the first. */
function firstFile(dir: string, names: readonly string[]): string {
  const files = names.map((name) => join(dir, name));
  return files.find((file) => existsSync(file)) ?? files[0] ?? dir;
}

/**
 * Checks that only its owner can read a secret certificate. Its group may read it too, where this process cannot change
 * that: an orchestrator mounts secrets as files of root, readable by a group that it puts the process into.
 */
function checkPrivate(file: string, { mode, uid }: Stats): void {
  // Windows keeps no such bits
  if (process.geteuid === undefined || (mode & 0o077) === 0) return;
  const isOurs = uid === process.geteuid() && canSetMode(file, mode);
  if (!isOurs && (mode & 0o037) === 0) return;
  throw new CertificateError(
    isOurs
      ? `${file} can be read by others; make it private: chmod 600 ${file}`
      : `${file} can be read by others; its owner, or what mounts it, must set its mode to 0400 or 0440`,
  );
}

/** Whether the owner of a file can set its mode: not where it is mounted read-only. */
function canSetMode(file: string, mode: number): boolean {
  try {
    chmodSync(file, mode & 0o7777);
    return true;
  } catch {
    return false;
  }
}
