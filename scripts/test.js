// Runs the tests of every package, and adds up what their Jest runs report: the last line is the total.
//
//   node scripts/test.js [--node MAJOR] [turbo's options] [-- Jest's options]
//
// With `--node` the tests run on that version of Node, which comes from npm.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

const root = join(import.meta.dirname, "..");
const options = process.argv.slice(2);
if (options[0] === "--node") {
  const [, major] = options.splice(0, 2);
  const ask = ["node", "--print", "process.execPath"];
  process.env.TEST_NODE = run("npx", ["--yes", "--package", `node@${major}`, "--", ...ask]).trim();
  console.log(`Node ${run(process.env.TEST_NODE, ["--version"]).trim()}`);
}

const { tasks } = JSON.parse(run("turbo", ["run", "test", "--dry=json", ...options]));
const folders = tasks
  .filter(({ task, command }) => task === "test" && command !== "<NONEXISTENT>")
  .map(({ directory }) => directory);
const results = (folder) => join(root, folder, "test-results.json");

// Nothing of an earlier run may be counted; turbo puts back the results of what it finds in its cache.
for (const folder of folders) rmSync(results(folder), { force: true });

const turbo = start("turbo", ["run", "test", "--continue", ...options], { stdio: "inherit" });

const total = { passed: 0, failed: 0, skipped: 0 };
console.log();
const runs = folders.map((folder) => ({ folder, jest: read(results(folder)) }));
for (const { folder, jest } of runs) {
  const count = countOf(jest);
  for (const key of Object.keys(total)) total[key] += count[key];
  console.log(`${folder.padEnd(22)} ${format(count)}`);
}
const failures = runs.flatMap(failuresOf);
if (failures.length > 0) console.log();
for (const each of failures) console.log(`FAILED: ${each}`);
console.log();
console.log(format(total));
process.exitCode = turbo.status === 0 && total.failed === 0 ? 0 : 1;

function start(file, args, more) {
  return spawnSync(file, args, { cwd: root, shell: process.platform === "win32", ...more });
}

/** What a command prints; where it fails, so does this program. */
function run(file, args) {
  const { status, stdout } = start(file, args, {
    encoding: "utf8",
    maxBuffer: Infinity,
    stdio: ["inherit", "pipe", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout;
}

/** What a package's Jest run says; nothing where it did not get so far. */
function read(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** A package without results counts as one failure. */
function countOf(jest) {
  if (jest === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return {
    passed: jest.numPassedTests,
    failed: jest.numFailedTests + jest.numRuntimeErrorTestSuites,
    skipped: jest.numPendingTests + jest.numTodoTests,
  };
}

/** Each test that failed, and each file that did not run, with the beginning of why. */
function failuresOf({ folder, jest }) {
  if (jest === undefined) return [`${folder}: no results, for it did not get as far as Jest`];
  const beginning = (text) =>
    stripVTControlCharacters(text)
      .trim()
      .split(/\s*\n\s*/)
      .slice(0, 3)
      .join(" ");
  return jest.testResults.flatMap(({ name, message, status, assertionResults }) => {
    const path = relative(root, name);
    const failed = assertionResults.filter((each) => each.status === "failed");
    if (failed.length === 0 && status === "failed") return [`${path}: ${beginning(message)}`];
    return failed.map(
      ({ fullName, failureMessages: [why = ""] }) => `${path}: ${fullName}: ${beginning(why)}`,
    );
  });
}

function format({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
