import { rmSync, utimesSync, writeFileSync } from "node:fs";

/** How often the file is touched, in milliseconds. */
const INTERVAL = 1000;

/**
 * Keeps a file fresh for as long as the event loop turns, for a health check to look at its age. Probing a
 * socket instead would take a message, count as a worker, or say yes while the event loop hangs.
 *
 * @returns What ends it and removes the file.
 * @throws When the file cannot be written in the first place.
 */
export function keepFresh(file: string): Disposable {
  writeFileSync(file, "");
  const timer = setInterval(() => {
    try {
      touch(file);
    } catch {
      // A full disk must not end the role; the health check sees that the file grows old
    }
  }, INTERVAL);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      rmSync(file, { force: true });
    },
  };
}

function touch(file: string): void {
  const now = new Date();
  try {
    // This needs no descriptor: a process that has none left is well all the same
    utimesSync(file, now, now);
  } catch {
    writeFileSync(file, "");
  }
}
