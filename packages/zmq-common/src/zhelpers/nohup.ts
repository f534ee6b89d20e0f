import { fstatSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";

/**
 * Whether `nohup` has started this process. It ignores SIGHUP for the programs that it starts, but Node.js undoes
 * that as it begins; so this looks for the other traces that nohup leaves.
 */
export function startedByNohup(): boolean {
  // Shells name here the program that they start (bash, zsh)
  if (basename(process.env["_"] ?? "") === "nohup") return true;
  // nohup replaces a terminal by a /dev/null that cannot be read
  try {
    if (fstatSync(0).rdev === statSync("/dev/null").rdev) readSync(0, Buffer.alloc(1));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EBADF";
  }
}
