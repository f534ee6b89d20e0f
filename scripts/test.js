// Runs the tests of every package, and adds up what their Jest runs report: the last line is the total.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const folders = ["packages", "apps"].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => join(parent, name)),
);
const packages = [...folders, "bench", "tests"].filter((folder) =>
  existsSync(join(root, folder, "package.json")),
);
const results = (folder) => join(root, folder, "test-results.json");

// Nothing of an earlier run may be counted; turbo puts back the results of what it finds in its cache.
for (const folder of packages) rmSync(results(folder), { force: true });

const turbo = spawnSync("turbo", ["run", "test", "--continue", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
});

const total = { passed: 0, failed: 0, skipped: 0 };
console.log();
for (const folder of packages) {
  const count = read(results(folder));
  for (const key of Object.keys(total)) total[key] += count[key];
  console.log(`${folder.padEnd(22)} ${format(count)}`);
}
console.log();
console.log(format(total));
process.exitCode = turbo.status === 0 && total.failed === 0 ? 0 : 1;

/** What a package's Jest run counted. A package without results counts as one failure: it did not get so far. */
function read(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const jest = JSON.parse(readFileSync(file, "utf8"));
  return {
    passed: jest.numPassedTests,
    failed: jest.numFailedTests + jest.numRuntimeErrorTestSuites,
    skipped: jest.numPendingTests + jest.numTodoTests,
  };
}

function format({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
