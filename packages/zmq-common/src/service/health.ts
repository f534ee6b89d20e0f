import { lstatSync, rmSync, utimesSync, writeFileSync } from "node:fs";

/** How often the file is touched, in milliseconds. */
const INTERVAL = 1000;

/**
 * Touches a file every second while the event loop responds; a health check looks at its age. Probing a socket
 * instead would take a message, count as a worker, or succeed while the event loop hangs.
 *
 * @returns Disposing of it stops the touching and removes the file.
 * @throws When the file cannot be created, or there is one that is not empty: somebody's data.
 */
export function startHealthFile(file: string): Disposable {
  if (!mayBeOurs(file)) throw new Error(`cannot use the health file ${file}: a file is in the way`);
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
      if (mayBeOurs(file)) rmSync(file, { force: true });
    },
  };
}

/** Whether there is no such file, or an empty one, as a role that was killed leaves it behind. */
function mayBeOurs(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false });
  return found === undefined || (found.isFile() && found.size === 0);
}

function touch(file: string): void {
  const now = new Date();
  try {
    // This needs no descriptor: a process that has none left is still healthy
    utimesSync(file, now, now);
  } catch {
    if (mayBeOurs(file)) writeFileSync(file, "");
  }
}
