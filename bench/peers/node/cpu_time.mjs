// Preloaded into a program (node --import): prints how much processor time it has taken, all its threads together, in
// milliseconds, when it ends
import { writeSync } from "node:fs";

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeSync(1, `\nprocessor time ${(user + system) / 1000}\n`);
});
