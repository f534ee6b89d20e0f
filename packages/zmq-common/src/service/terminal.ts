/** The terminal that a role runs on: Enter, and its end. */
import { closeSync } from "node:fs";
import { createInterface } from "node:readline";
import { isatty } from "node:tty";

/**
 * Waits for Enter (`getchar`).
 *
 * @param input Usually `process.stdin`.
 * @returns Whether Enter was pressed: false at the end of the input.
 * @throws The signal's reason once it is aborted.
 */
export async function pressEnter(input: NodeJS.ReadableStream, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  // Without `terminal: false` readline would take Ctrl-C for itself.
  const lines = createInterface({ input, terminal: false });
  const abort = () => lines.close();
  signal.addEventListener("abort", abort);
  try {
    return await new Promise<boolean>((resolve, reject) => {
      lines.once("line", () => resolve(true));
      lines.once("close", () => (signal.aborted ? reject(signal.reason as Error) : resolve(false)));
    });
  } finally {
    signal.removeEventListener("abort", abort);
    lines.close();
  }
}

/**
 * Lets the process end well after its terminal has been closed: Node.js 20 resets each terminal that it began with as
 * it ends, and aborts where that fails.
 */
export function endWithoutTerminal(): void {
  const terminals = [0, 1, 2].filter(isatty);
  process.on("exit", () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  });
}
