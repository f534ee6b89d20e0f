import { rmSync, utimesSync, writeFileSync } from "node:fs";

/** How often the file is touched, in milliseconds. */
const INTERVAL = 1000;

/**
 * Touches a file every second while the event loop responds; a health check looks at its age. Probing a socket
 * instead would take a message, count as a worker, or succeed while the event loop hangs.
 *
 * @returns Disposing of it stops the touching and removes the file.
 * @throws When the file cannot be created.
 */
export function startHealthFile(file: string): Disposable {
  writeFileSync(file, "");
  const timer = setInterval(() => {
    try {
      touch(file);
    } catch {
      // A full disk must not end the role; the health check sees that the file gets old
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
    // This needs no descriptor: a process that has none left is still healthy
    utimesSync(file, now, now);
  } catch {
    writeFileSync(file, "");
  }
}
