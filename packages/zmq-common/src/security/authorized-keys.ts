import { opendirSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseCertificate, readText, SECRET_SUFFIX } from "./certificates.js";

/** How long a scan of the folder may hold up the event loop before it lets others run, in milliseconds. */
const SLICE = 5;

/** How much longer than a scan the pause after it is: scans for unknown keys take a tenth of the time at most. */
const PAUSE_FACTOR = 9;

/** The longest pause, in milliseconds. A new client waits for it, and its handshake times out after 5 s. */
const MAX_PAUSE = 1000;

/** How long the times of a file may stay the same although it changes, in milliseconds: the times of files are coarse. */
const TICK = 2000;

interface KnownFile {
  /** The public key in it; none where it is no certificate. */
  publicKey: string | undefined;
  stats: Stats;
  /** Whether any later change shows in its stats. */
  settled: boolean;
}

/**
 * The public keys in a folder of certificates, indexed by the times of its files. A file that is added, replaced or
 * removed counts at once, and so does a folder that appears or vanishes.
 *
 * Looking up a known key takes one `stat`, whatever the size of the folder. For an unknown key the folder is scanned, in
 * slices that do not hold up the event loop; lookups that come at the same time share a scan, and a pause follows it.
 * Only files that have changed are read.
 *
 * Subfolders, hidden files, secret certificates and other files are ignored.
 */
export class AuthorizedKeys {
  readonly dir: string;
  #files = new Map<string, KnownFile>();
  /** The names of the files by the key that each held when it was last read. */
  #names = new Map<string, string>();
  #scan: Promise<void> | undefined;
  #nextScan: Promise<void> | undefined;
  #mayScanAt = 0;

  constructor(dir: string) {
    this.dir = dir;
  }

  /**
   * The name of a file that holds a key. Never rejects: a file that cannot be read holds none.
   *
   * @param publicKey In Z85.
   */
  async find(publicKey: string): Promise<string | undefined> {
    const known = this.#lookUp(publicKey);
    if (known !== undefined) return known;
    await this.#scan;
    const found = this.#lookUp(publicKey);
    if (found !== undefined) return found;
    // That scan may have passed the file before the file was written
    await (this.#nextScan ??= this.#scanLater());
    return this.#lookUp(publicKey);
  }

  #lookUp(publicKey: string): string | undefined {
    const name = this.#names.get(publicKey);
    return name !== undefined && this.#read(name)?.publicKey === publicKey ? name : undefined;
  }

  async #scanLater(): Promise<void> {
    await this.#scan;
    await unreferenced(Math.max(0, this.#mayScanAt - performance.now()));
    this.#nextScan = undefined;
    const began = performance.now();
    await (this.#scan = this.#scanFolder());
    this.#scan = undefined;
    const now = performance.now();
    this.#mayScanAt = now + Math.min(PAUSE_FACTOR * (now - began), MAX_PAUSE);
  }

  async #scanFolder(): Promise<void> {
    const files = new Map<string, KnownFile>();
    const names = new Map<string, string>();
    let since = performance.now();
    try {
      for (const name of certificateNames(this.dir)) {
        const file = this.#read(name);
        if (file !== undefined) files.set(name, file);
        if (file?.publicKey !== undefined) names.set(file.publicKey, name);
        if (performance.now() - since < SLICE) continue;
        await unreferenced(1);
        since = performance.now();
      }
    } catch {
      // It does not exist, or no descriptor is left. What the index holds is checked at each lookup anyway
      return;
    }
    this.#files = files;
    this.#names = names;
  }

  #read(name: string): KnownFile | undefined {
    const path = join(this.dir, name);
    const known = this.#files.get(name);
    const now = Date.now();
    try {
      if (known?.settled && isSame(known.stats, statSync(path))) return known;
      const { text, stats } = readText(path);
      const settled = now - stats.ctimeMs > TICK;
      return { publicKey: parseCertificate(text)?.publicKey, stats, settled };
    } catch {
      return undefined;
    }
  }
}

function* certificateNames(dir: string): Generator<string> {
  const folder = opendirSync(dir);
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      const { name } = entry;
      if (!name.startsWith(".") && !name.endsWith(SECRET_SUFFIX)) yield name;
    }
  } finally {
    folder.closeSync();
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return (["dev", "ino", "size", "mtimeMs", "ctimeMs"] as const).every((key) => one[key] === other[key]);
}

/** A timer that does not keep the process alive. */
function unreferenced(milliseconds: number): Promise<void> {
  return setTimeout(milliseconds, undefined, { ref: false });
}
