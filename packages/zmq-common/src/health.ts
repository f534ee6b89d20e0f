import { rmSync, writeFileSync } from "node:fs";

/** How often the file is written anew, in milliseconds. */
const INTERVAL = 1000;

/**
 * Keeps a file fresh for as long as the event loop turns, for a health check to look at its age. Probing a
 * socket instead would take a message, count as a worker, or say yes while the event loop hangs.
 *
 * @returns What ends it and removes the file.
 * @throws When the file cannot be written in the first place.
 */
export function keepFresh(file: string): Disposable {
  const write = () => writeFileSync(file, `${new Date().toISOString()}\n`);
  write();
  const timer = setInterval(() => {
    try {
      write();
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
