// Runs the tests of the package in whose folder it is started: `node ../../scripts/jest.js [Jest's options]`. What
// they counted goes to test-results.json, for scripts/test.js.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const { status } = spawnSync(
  // Set by scripts/test.js, to run the tests on another version of Node than pnpm and turbo
  process.env.TEST_NODE ?? process.execPath,
  [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    join(root, "node_modules/jest/bin/jest.js"),
    `--config=${join(root, "jest.config.js")}`,
    "--rootDir=.",
    "--json",
    "--outputFile=test-results.json",
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
